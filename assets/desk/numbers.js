// The tiles: what they count is chosen by hand, and Escape takes a card away without moving pointer or focus.
(function () {
  "use strict";

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-here]");
    if (!button) return;
    for (const other of document.querySelectorAll("button[data-here]"))
      other.setAttribute("aria-pressed", String(other === button));
    window.dash_clientside.set_props("counted", { data: button.dataset.here === "true" });
  });

  // Before anything else hears the key: it closes the card that is open, and only then what lies below.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") return;
      const open = [...document.querySelectorAll(".tile:is(:hover, :focus-within):not([data-hushed])")];
      for (const tile of open) tile.dataset.hushed = "";
      if (open.length) event.stopPropagation();
    },
    true,
  );
  for (const kind of ["focusout", "mouseout"])
    document.addEventListener(kind, (event) => {
      const tile = event.target.closest?.(".tile[data-hushed]");
      if (tile && !tile.contains(event.relatedTarget)) delete tile.dataset.hushed;
    });
})();
