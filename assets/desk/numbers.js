// The tiles: what they count is chosen by hand; pressed, each opens its card, and from there the table of its rows.
(function () {
  "use strict";
  const tell = (id, data) => window.dash_clientside.set_props(id, { data });
  const shown = () => [...document.querySelectorAll(".tile:is(:hover, [data-open]):not([data-hushed])")];

  function set(tile, open) {
    tile.toggleAttribute("data-open", open);
    tile.querySelector("[aria-expanded]")?.setAttribute("aria-expanded", String(open));
  }

  function close(but) {
    for (const tile of document.querySelectorAll(".tile[data-open]")) if (tile !== but) set(tile, false);
  }

  document.addEventListener("click", (event) => {
    const tile = event.target.closest?.(".tile");
    close(tile);
    if (event.target.closest?.(".tile-face")) {
      delete tile.dataset.hushed;
      set(tile, !tile.hasAttribute("data-open"));
    }
    const button = event.target.closest?.("button");
    if (button?.dataset.tableOf) {
      tell("table-of", button.dataset.tableOf);
      close();
    } else if (button?.dataset.here) {
      for (const other of document.querySelectorAll("button[data-here]"))
        other.setAttribute("aria-pressed", String(other === button));
      tell("counted", button.dataset.here === "true");
    }
  });

  // Before anything else hears the key: it closes the card that is seen, and only then what lies below.
  document.addEventListener(
    "keydown",
    (event) => {
      const open = event.key === "Escape" ? shown() : [];
      for (const tile of open) {
        if (tile.querySelector(".tile-card").contains(document.activeElement)) tile.querySelector(".tile-face").focus();
        set(tile, false);
        if (tile.matches(":hover")) tile.dataset.hushed = "";
      }
      if (open.length) event.stopPropagation();
    },
    true,
  );
  document.addEventListener("mouseout", (event) => {
    const tile = event.target.closest?.(".tile[data-hushed]");
    if (tile && !tile.contains(event.relatedTarget)) delete tile.dataset.hushed;
  });
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    numbers: {
      moved: (seen, here) => (here === true ? seen : window.dash_clientside.no_update),
    },
  });
})();
