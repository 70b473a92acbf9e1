// As much of a browser as the modules ask for while they load, so that their pure functions run in node.
const node = () => ({
  classList: { add() {} },
  style: { setProperty() {} },
  dataset: {},
  setAttribute() {},
  addEventListener() {},
  append() {},
  getContext: () => ({ measureText: (text) => ({ width: 6 * text.length }) }),
});
Object.assign(globalThis, {
  Node: class {},
  HTMLButtonElement: class {},
  document: { documentElement: node(), createElement: node, createElementNS: node },
  matchMedia: () => ({ matches: false, addEventListener() {} }),
  localStorage: { getItem: () => null },
  getComputedStyle: () => ({ getPropertyValue: (name) => name }),
});
