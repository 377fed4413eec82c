// The tour of the desk: opened once in a browser by itself, then only by the help button. A card at a time stands beside
// what it explains; the page below can be used meanwhile.
(function () {
  "use strict";
  const SEEN = "tour";
  const GAP = 14;
  let at = -1;
  let from = null;

  const cards = () => [...document.querySelectorAll("#tour > .card")];

  function remembered() {
    try {
      return localStorage.getItem(SEEN);
    } catch {
      return "seen"; // a browser that keeps nothing would show it at every visit
    }
  }

  function open(n) {
    const all = cards();
    all.forEach((card, i) => (card.hidden = i !== n));
    at = n;
    const card = all[n];
    if (!card) return;
    follow();
    card.querySelector("h2").focus({ preventScroll: true });
  }

  function end() {
    if (at < 0) return;
    const had = document.activeElement?.closest("#tour");
    open(-1);
    try {
      localStorage.setItem(SEEN, "seen");
    } catch {
      // it was opened by hand, and is closed
    }
    if (had) (from?.isConnected ? from : document.getElementById("help"))?.focus({ preventScroll: true });
    from = null;
  }

  /** A live mark near the middle of what is seen of the map, in the page's pixels; without one, the middle. */
  function mark() {
    const seen = document.querySelector(".stage")?.getBoundingClientRect();
    const middle = { x: innerWidth / 2, y: innerHeight / 2 };
    const city = window.cityglass;
    if (!city?.map || !seen) return { left: middle.x, right: middle.x, top: middle.y, bottom: middle.y };
    const canvas = city.map.getCanvas();
    const room = canvas.getBoundingClientRect();
    const scale = room.width / canvas.clientWidth;
    let best = null;
    for (const key of JSON.parse(document.getElementById("tour")?.dataset.layers ?? "[]")) {
      const [lons, lats] = [city.column(key, "lon"), city.column(key, "lat")];
      for (let i = 0; lons && i < lons.length; i++) {
        if (!Number.isFinite(lons[i])) continue;
        const point = city.map.project([lons[i], lats[i]]);
        const [x, y] = [room.x + point.x * scale, room.y + point.y * scale];
        const away = Math.hypot(x - middle.x, y - middle.y);
        if (away < Math.min(innerWidth, innerHeight) / 3 && (!best || away < best.away)) best = { x, y, away };
      }
      if (best) break;
    }
    const { x, y } = best ?? middle;
    const half = best ? 16 : 0;
    return { left: x - half, right: x + half, top: y - half, bottom: y + half, mark: best !== null };
  }

  /** Puts the open card beside what it explains: at its right, its left, above or below it, where there is room. */
  function follow() {
    const card = cards()[at];
    if (!card) return;
    const beside = card.dataset.beside;
    const found = beside === "mark" ? mark() : document.querySelector(beside)?.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = card;
    const edge = document.getElementById("drawer")?.getBoundingClientRect().left ?? innerWidth;
    const widest = (edge > innerWidth / 2 ? edge : innerWidth) - width - GAP; // the list at the right is not covered
    const highest = innerHeight - height - GAP;
    const place = found ?? { left: 0, right: 0, top: 0, bottom: 0 };
    const [high, wide] = [place.bottom - place.top, place.right - place.left];
    const choices = [
      [place.right + GAP, place.top + Math.min(0, (high - height) / 2)],
      [place.left - width - GAP, place.top + Math.min(0, (high - height) / 2)],
      [place.left + (wide - width) / 2, place.top - height - GAP],
      [place.left + (wide - width) / 2, place.bottom + GAP],
    ];
    const fits = ([x, y], i) => x >= GAP && x <= widest && (i < 2 || (y >= GAP && y <= highest));
    const [x, y] = choices.find(fits) ?? [widest / 2, highest / 2];
    card.style.left = `${Math.max(GAP, Math.min(x, widest))}px`;
    card.style.top = `${Math.max(GAP, Math.min(y, highest))}px`;
    const ring = document.querySelector("#tour > .tour-ring");
    ring.hidden = !place.mark;
    if (place.mark) Object.assign(ring.style, { left: `${place.left}px`, top: `${place.top}px` });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-tour], #help");
    if (!button) return;
    if (button.id === "help") {
      from = button;
      open(0);
    } else if (button.dataset.tour === "end") end();
    else open(at + (button.dataset.tour === "back" ? -1 : 1));
  });
  // Escape ends the tour before it closes anything else, from wherever it is pressed but the search field.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || at < 0 || event.target.closest?.(".search")) return;
      event.stopPropagation();
      end();
    },
    true,
  );
  addEventListener("resize", follow);

  // By itself: on the desk, once its first values are there; not for one who follows a link into the past.
  const waiting = setInterval(() => {
    if (remembered() || new URLSearchParams(location.search).has("at")) return clearInterval(waiting);
    if (!document.querySelector("#tour .card") || !document.querySelector("#needs section") || !window.cityglass?.map?.loaded()) return;
    clearInterval(waiting);
    if (at < 0) open(0);
    window.cityglass.map.on("moveend", follow);
  }, 500);
})();
