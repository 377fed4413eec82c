// What the page of registers does without asking the server: opening a line, moving a draft, the light, the keys.
(function () {
  "use strict";
  const page = () => document.querySelector("#frame.registers");
  const tell = (id, data) => window.dash_clientside.set_props(id, { data });
  const same = () => window.dash_clientside.no_update;
  let asked = 0;
  let from = null; // the line from which the sheet was opened, and whether the focus is to follow
  let follow = false;

  // Before the desk's own listeners: what they tell of is not on this page.
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.("button");
      if (!button || !page()?.contains(button)) return;
      if (button.dataset.layer !== undefined) {
        event.stopPropagation();
        from = { shelf: button.dataset.layer, id: button.dataset.id };
        follow = true;
        tell("register-picked", { ...from, n: ++asked });
      } else if (button.dataset.themeChoice) {
        event.stopPropagation();
        const secure = location.protocol === "https:" ? "; Secure" : "";
        document.cookie = `theme=${button.dataset.themeChoice}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
        for (const other of document.querySelectorAll("[data-theme-choice]"))
          other.setAttribute("aria-pressed", String(other === button));
        tell("register-theme", button.dataset.themeChoice);
      } else if (button.id === "register-add") {
        from = null;
        follow = true;
      }
    },
    true,
  );

  document.addEventListener("keydown", (event) => {
    if (!page()) return;
    if (event.key === "Escape" && document.querySelector(".register-sheet:not(.closed)"))
      document.getElementById("register-close")?.click();
    else if (event.key === "/" && !event.target.closest?.("input, textarea, select")) {
      event.preventDefault();
      document.getElementById("register-find")?.focus();
    }
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    registers: {
      // What a hand moved on the map stands in the form; the form is what is drawn and what is kept.
      dragged(told, _clicks, view, values, names) {
        const cause = window.dash_clientside.callback_context.triggered[0]?.prop_id ?? "";
        const middle = cause.includes("register-middle");
        const there = middle ? view : told;
        if (!there || (middle && !_clicks.some(Boolean))) return names.map(same);
        const moved = { lon: there.lon.toFixed(6), lat: there.lat.toFixed(6) };
        if (!middle && told.azimuth_deg !== null) moved.azimuth_deg = String(told.azimuth_deg);
        return names.map((name, i) => {
          const next = moved[name["register-field"]];
          return next === undefined || next === values[i] ? same() : next;
        });
      },
      focus(told) {
        if (told?.length && follow) document.getElementById("register-sheet")?.focus({ preventScroll: true });
        else if (!told?.length && from) {
          const line = (b) => b.dataset.layer === from.shelf && b.dataset.id === from.id;
          [...document.querySelectorAll("button[data-layer]")].find(line)?.focus({ preventScroll: true });
          from = null;
        }
        follow = false;
        return same();
      },
    },
  });
})();
