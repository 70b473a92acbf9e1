// What one page leaves to the next: the order of the last table, and what was opened last.
export const memory = { order: null, unitOrder: null, last: null };
