// A value that changes glows once: in the tiles, in the wall's figures, in the facts of what is selected.
(function () {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const VALUES = ".tile .value, .figure .value, #detail .facts dd";
  const was = new Map(); // what each value said, by whose it is: lists are redrawn whole, and values move up and down

  function owner(value) {
    const name = value.closest("div, li")?.querySelector("dt, .label")?.textContent ?? "";
    const thing = value.closest("#detail")?.querySelector("h2")?.textContent ?? "";
    return `${value.closest("[id]")?.id} ${thing} ${name}`;
  }

  function look() {
    const seen = new Set();
    for (const value of document.querySelectorAll(VALUES)) {
      const [who, says] = [owner(value), value.textContent];
      seen.add(who);
      if (was.has(who) && was.get(who) !== says && !calm.matches) {
        value.dataset.glow = "";
        value.addEventListener("animationend", () => delete value.dataset.glow, { once: true });
      }
      was.set(who, says);
    }
    for (const who of was.keys()) if (!seen.has(who)) was.delete(who);
  }

  let asked = false;
  new MutationObserver((changes) => {
    const ours = ({ target }) => (target.parentElement ?? target).closest?.(".tiles, .figures, #detail, #drawer");
    if (asked || !changes.some(ours)) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      look();
    });
  }).observe(document.documentElement, { childList: true, characterData: true, subtree: true });
})();
