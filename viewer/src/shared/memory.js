// What one page leaves to the next: the order of the last table, and what was opened last.
/**
 * @type {{
 *   order: any,
 *   unitOrder: (() => [family: string, unit: number][]) | null,
 *   last: { name: string, latent: number } | null,
 * }}
 */
export const memory = { order: null, unitOrder: null, last: null };
