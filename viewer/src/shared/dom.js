// Making nodes. Data reach the page as text nodes and attributes, never as markup.

/** @typedef {Node | string | number | null | undefined | false | Child[]} Child */
/** @typedef {Record<string, any>} Attributes By name; `vars` are custom properties, names with "on" are listeners. */

/** @type {(node: Element, attributes: Attributes) => void} */
const set = (node, attributes) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "vars")
      for (const [k, v] of Object.entries(value)) /** @type {HTMLElement} */ (node).style.setProperty(k, v);
    else if (name === "class") node.classList.add(...String(value).split(" ").filter(Boolean));
    else node.setAttribute(name, value === true ? "" : String(value));
  }
};

/**
 * A node made by a selector such as `p.hint`, of attributes (the first child may be an object of them) and children.
 *
 * @template {Element} E
 * @param {(tag: string) => E} create
 * @returns {(selector: string, ...rest: (Attributes | Child)[]) => E}
 */
const maker =
  (create) =>
  (selector, ...rest) => {
    const [tag, ...parts] = selector.split(/(?=[.#])/);
    const node = create(tag);
    for (const part of parts) {
      if (part[0] === "#") node.id = part.slice(1);
      else node.classList.add(part.slice(1));
    }
    const [first] = rest;
    const given = typeof first === "object" && first !== null && !(first instanceof Node) && !Array.isArray(first);
    if (given) set(node, /** @type {Attributes} */ (rest.shift()));
    for (const child of /** @type {any[]} */ (rest).flat(3)) {
      if (child === null || child === undefined || child === false) continue;
      node.append(child instanceof Node ? child : String(child));
    }
    return node;
  };

/** @type {(selector: string, ...rest: (Attributes | Child)[]) => any} */
export const el = maker((tag) => {
  const node = document.createElement(tag);
  if (node instanceof HTMLButtonElement) node.type = "button"; // unless it says that it submits
  return node;
});
/** @type {(selector: string, ...rest: (Attributes | Child)[]) => any} */
export const svg = maker((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));

/** A small group of exclusive buttons.
 * @param {string} label
 * @param {any[][] | Record<string, string>} options Values, their texts, and hints where there are any.
 * @param {string | number | null} current
 * @param {(value: any) => void} choose
 */
export const segmented = (label, options, current, choose) => {
  const group = el("div.segmented", { role: "group", "aria-label": label });
  const show = (value) => {
    for (const b of group.children) b.setAttribute("aria-pressed", String(b.dataset.value === String(value)));
  };
  for (const [value, text, title] of Array.isArray(options) ? options : Object.entries(options)) {
    const onclick = () => {
      show(value);
      choose(value);
    };
    group.append(el("button", { type: "button", "data-value": value, title, onclick }, text));
  }
  show(current);
  return group;
};

/** Say something to readers that hear the page. @param {string} text */
export const announce = (text) => {
  /** @type {HTMLElement} */ (document.getElementById("announce")).textContent = text;
};
