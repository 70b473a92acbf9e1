// The live page (or a frozen one): one route.
import * as example from "../shared/example.js";
import * as shell from "../shared/shell.js";
import * as livePage from "./page.js";

example.layout.mode = "lines";
shell.start({
  title: "polyhead live",
  home: "#/",
  data: "live",
  open: livePage.open,
  route: ({ parts }) => {
    if (parts.length) throw new Error(`There is no page at ${location.hash}.`);
    return { kind: "live", make: livePage.page };
  },
  bar: () => ({ left: [] }),
  keys: { "/": () => document.getElementById("prompt")?.focus() },
  help: () => [
    ["/", "the prompt"],
    ["Ctrl + Enter", "in the prompt: run"],
  ],
});
