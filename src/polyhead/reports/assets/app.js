"use strict";
// Routes: #/ is the overview, #/d/NAME the latent table (its filters after "?"), #/d/NAME/latent/N one latent.
(() => {
  const { el, announce } = polyhead.dom;
  const main = document.getElementById("main"),
    bar = document.getElementById("bar");
  let data = null,
    page = null,
    turn = 0,
    lastName = null;

  const fail = (error) => {
    page = null;
    main.replaceChildren(
      el(
        "div",
        { class: "page" },
        el(
          "section",
          { class: "card" },
          el("h1", {}, "This page cannot be shown"),
          el("p", {}, error.message),
          el("p", {}, el("a", { href: "#/" }, "Overview")),
        ),
      ),
    );
    document.title = "polyhead report";
  };

  const route = () => {
    const [path, query] = (location.hash.slice(1) || "/").split(/\?(.*)/s);
    const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
    if (!parts.length) return { kind: "overview" };
    const card = parts[0] === "d" && data.dictionaries.find((c) => c.name === parts[1]);
    if (parts[0] === "d" && !card)
      throw new Error(
        `There is no dictionary called ${parts[1]}; this report has ${data.dictionaries.map((c) => c.name).join(", ") || "none"}.`,
      );
    if (card && parts.length === 2) return { kind: "table", card, query: query || "" };
    if (card && parts[2] === "latent" && parts.length === 4 && /^\d+$/.test(parts[3]))
      return { kind: "latent", card, latent: Number(parts[3]) };
    throw new Error(`There is no page at ${location.hash}.`);
  };

  const currentCard = () => data.dictionaries.find((c) => c.name === lastName) || data.dictionaries[0];
  const goto = (hash) => {
    location.hash = hash;
  };
  const tableHash = () => `#/d/${encodeURIComponent(currentCard().name)}`;

  const optionName = (card) => {
    const title = polyhead.theme.variantName(card.variant);
    return data.dictionaries.length > 3 && !card.name.startsWith(title) ? `${title} (${card.name})` : card.name;
  };
  const drawBar = (where) => {
    const card = data.dictionaries.length ? currentCard() : null;
    const tab = (href, text, kind) => el("a", { href, "aria-current": where === kind ? "page" : null }, text);
    const choose =
      card &&
      el(
        "select",
        {
          id: "dictionary",
          "aria-label": "Dictionary",
          onchange: (e) => goto(`#/d/${encodeURIComponent(e.target.value)}`),
        },
        data.dictionaries.map((c) => el("option", { value: c.name }, optionName(c))),
      );
    if (choose) choose.value = card.name;
    const jump =
      card &&
      el(
        "form",
        {
          class: "jump",
          onsubmit: (e) => {
            e.preventDefault();
            const wanted = e.target.elements.latent.value.trim();
            if (/^\d+$/.test(wanted)) {
              document.activeElement.blur();
              goto(`#/d/${encodeURIComponent(currentCard().name)}/latent/${Number(wanted)}`);
            }
          },
        },
        el("input", {
          id: "jump",
          name: "latent",
          inputmode: "numeric",
          autocomplete: "off",
          placeholder: `${polyhead.kinds.of(card).Noun} no.`,
          "aria-label": `Go to ${polyhead.kinds.of(card).noun} number`,
        }),
      );
    bar.replaceChildren(
      el("a", { class: "brand", href: "#/" }, "polyhead"),
      el(
        "nav",
        { "aria-label": "Pages" },
        tab("#/", "Overview", "overview"),
        card && tab(tableHash(), `${polyhead.kinds.of(card).Noun}s`, "table"),
        where !== "overview" && choose,
      ),
      el("span", { class: "push" }),
      jump || "",
      el(
        "button",
        {
          type: "button",
          class: "quiet",
          id: "theme",
          "aria-label": "Light or dark",
          title: "Light or dark (d)",
          onclick: polyhead.theme.toggle,
        },
        "◐",
      ),
      el(
        "button",
        {
          type: "button",
          class: "quiet",
          id: "help",
          "aria-label": "Keys",
          title: "Keys (?)",
          onclick: polyhead.keys.help,
        },
        "?",
      ),
    );
  };

  const render = async (keepScroll) => {
    const mine = ++turn,
      at = scrollY;
    polyhead.tip.hide();
    try {
      const where = route();
      if (where.card) lastName = where.card.name;
      drawBar(where.kind);
      const waiting = setTimeout(() => {
        if (mine === turn) main.replaceChildren(el("p", { class: "page hint" }, "Loading …"));
      }, 250);
      let made;
      try {
        made = await (where.kind === "overview"
          ? polyhead.overview.page(data)
          : where.kind === "table"
            ? polyhead.table.page(data, where.card, where.query)
            : polyhead.latent.page(data, where.card, where.latent));
      } finally {
        clearTimeout(waiting);
      }
      if (mine !== turn) return;
      page = made;
      main.replaceChildren(page.node);
      main.dataset.page = where.kind;
      document.title = `${page.title} · polyhead`;
      scrollTo(0, keepScroll ? at : 0);
      page.start();
      announce(page.title);
    } catch (error) {
      if (mine === turn) fail(error);
    }
  };

  const search = async () => {
    if (!document.getElementById("search")) {
      if (!data.dictionaries.length) return;
      history.pushState(null, "", tableHash());
      await render();
    }
    const box = document.getElementById("search");
    if (box) {
      box.focus();
      box.select();
    }
  };
  const backToTable = () => {
    const { order } = polyhead;
    goto(order && order.name === currentCard().name && order.query ? `${tableHash()}?${order.query}` : tableHash());
  };
  const keys = {
    o: () => goto("#/"),
    t: () => data.dictionaries.length && backToTable(),
    "/": search,
    g: () => {
      const box = document.getElementById("jump");
      if (box) box.focus();
    },
    d: polyhead.theme.toggle,
    "?": polyhead.keys.help,
  };

  const HELP = [
    ["o", "overview"],
    ["t", "latent table"],
    ["/", "search tokens"],
    ["g", "go to a latent by number"],
    ["j  k", "next, previous latent (in the order of the table)"],
    ["← →", "the same, on the page of a latent"],
    ["↑ ↓  Enter", "move in the table, open"],
    ["w", "examples: one line or wrapped"],
    ["d", "light or dark"],
    ["?", "this list"],
    ["Esc", "close, or leave a field"],
  ];
  polyhead.app = { page: () => page, keys, help: HELP, fail };
  addEventListener("hashchange", () => render());
  let resizing = 0;
  addEventListener("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => {
      if (page && page.resize) page.resize();
    }, 80);
  });
  polyhead.theme.onChange(() => {
    if (data) render(true);
  });
  polyhead.store
    .load("overview")
    .then((value) => {
      data = value;
      polyhead.theme.setTitles(data.dictionaries);
      return render();
    })
    .catch(fail);
})();
