// The search field as a combobox: results while one types, arrows and Enter, Escape, and "/" from anywhere.
// It follows the ARIA pattern: the focus stays in the field, and aria-activedescendant says which result is meant.
(function () {
  "use strict";
  const PAUSE_MS = 40;
  const tell = (id, data) => window.dash_clientside.set_props(id, { data });
  let asked = 0;
  let waiting = null;
  let active = -1;

  const field = () => document.querySelector("input#search-text, #search-text input");
  const box = () => document.getElementById("hits");
  const options = () => [...box().querySelectorAll("[role=option]")];
  const isOpen = () => field()?.getAttribute("aria-expanded") === "true";

  // The answer to another question: nothing is meant yet, and it is shown to whoever is still in the field.
  const answered = new MutationObserver(() => {
    mean(-1);
    open(document.activeElement === field());
  });

  function dress(input) {
    if (!input) return;
    answered.observe(box(), { childList: true, subtree: true, attributeFilter: ["data-question"] });
    if (input.getAttribute("role") === "combobox") return;
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-expanded": "false", "aria-controls": "hits-list", "aria-autocomplete": "list", "aria-haspopup": "listbox",
    })) input.setAttribute(name, value);
  }

  function open(wanted) {
    const input = field();
    if (!input) return;
    const filled = wanted && box().childElementCount > 0;
    box().classList.toggle("open", filled);
    input.setAttribute("aria-expanded", String(filled && options().length > 0));
    if (!filled) mean(-1);
  }

  function mean(n) {
    const all = options();
    active = all.length ? (n < 0 ? -1 : n % all.length) : -1;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    if (active < 0) return field()?.removeAttribute("aria-activedescendant");
    field().setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    const { id, layer, name, lon, lat, bounds } = option.dataset;
    const place = lon === undefined ? {} : { lon: Number(lon), lat: Number(lat) };
    tell("found-chosen", { id, layer, name, ...place, bounds: bounds?.split(",").map(Number), n: ++asked });
    turnOn(layer);
    write(name);
    open(false);
  }

  // What is shown by a layer that is off would be selected and not seen.
  function turnOn(layer) {
    const input = layer && document.getElementById(JSON.stringify({ switch: layer }));
    const box = input?.matches("input") ? input : input?.querySelector("input");
    if (box && !box.checked) box.click();
  }

  function write(text) {
    window.dash_clientside.set_props("search-text", { value: text });
    forgettable(text);
  }

  const forgettable = (text) => document.querySelector(".search")?.classList.toggle("filled", text !== "");

  function ask(text) {
    clearTimeout(waiting);
    forgettable(text);
    waiting = setTimeout(() => tell("sought", { text, n: ++asked }), PAUSE_MS);
  }

  function forget() {
    write("");
    ask("");
    if (document.querySelector(".cg-pin")) tell("found-chosen", { n: ++asked });
    open(false);
    field()?.focus();
  }

  document.addEventListener("input", (event) => {
    if (event.target === field()) ask(event.target.value);
  });
  document.addEventListener("focusin", (event) => {
    dress(field());
    if (event.target === field()) open(true);
    else if (!event.target.closest?.(".search")) open(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest?.("#hits")) event.preventDefault(); // the focus stays in the field
    else if (!event.target.closest?.(".search")) open(false);
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest?.("#hits [role=option]");
    if (option) choose(option);
    if (event.target.closest?.("#search-forget")) forget();
  });

  const KEYS = {
    ArrowDown: () => (isOpen() ? mean(active + 1) : open(true)),
    ArrowUp: () => mean(active <= 0 ? options().length - 1 : active - 1),
    Enter: () => isOpen() && options().length && choose(options()[Math.max(active, 0)]),
    Escape: () => (box().classList.contains("open") ? open(false) : forget()),
  };

  // Before anyone else hears of the key: Escape in the field closes its results, and not the drawer.
  document.addEventListener(
    "keydown",
    (event) => {
      const typing = event.target.closest?.("input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && field()) {
        event.preventDefault();
        field().focus();
        field().select();
      } else if (event.target === field() && KEYS[event.key] && !event.isComposing) {
        if (event.key === "Escape" && field().value === "" && !isOpen()) return;
        event.preventDefault();
        event.stopPropagation();
        KEYS[event.key]();
      }
    },
    true,
  );
})();
