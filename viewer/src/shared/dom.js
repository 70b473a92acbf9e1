// The one namespace, and making nodes. Data reach the page as text nodes and attributes, never as markup.

const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "vars") for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
};

export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

export const segmented = (label, options, current, choose) => {
  // A small group of exclusive buttons: options are [value, text, hint?].
  const group = el("div", { class: "segmented", role: "group", "aria-label": label });
  const show = (value) => {
    for (const b of group.children) b.setAttribute("aria-pressed", String(b.dataset.value === String(value)));
  };
  for (const [value, text, hint] of options) {
    group.append(
      el(
        "button",
        {
          type: "button",
          "data-value": value,
          title: hint,
          onclick: () => {
            show(value);
            choose(value);
          },
        },
        text,
      ),
    );
  }
  show(current);
  return group;
};

export const announce = (text) => {
  document.getElementById("announce").textContent = text;
};
