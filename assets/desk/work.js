// Incidents are worked: what the buttons of the drawer, the card of a new incident and the lists wish for.
(function () {
  "use strict";
  const tell = (id, data) => window.dash_clientside.set_props(id, { data });
  const typing = (element) => element?.closest?.("input, textarea, select, [contenteditable]");
  let wishes = 0;
  let busy = 0; // one press is one wish: a double click would do the same twice
  let from = null; // where the focus was before the card of a new incident came

  // ---- deeds ----

  function wish(button) {
    const { deed, thing, unit, other, undoes } = button.dataset;
    const field = document.getElementById(`deed-${deed}`);
    const said = unit ?? field?.value ?? null;
    if (Date.now() - busy < 600) return;
    busy = Date.now();
    const told = deed === "assign" ? { unit: said } : { text: said };
    tell("work-wish", { do: deed, id: thing, other, undoes, ...told, n: `${Date.now()} ${++wishes}` });
  }

  /** After a deed: its field is empty, its form shut, and the focus on what comes next. */
  function done(told) {
    busy = 0;
    if (!told?.made) return;
    const field = document.getElementById(`deed-${told.act}`);
    if (field) field.value = "";
    const form = document.querySelector(`#work details[data-form="${CSS.escape(told.act)}"]`);
    if (form) form.open = false;
    for (const ms of [250, 800]) setTimeout(goOn, ms); // once the next step stands out
  }

  function goOn() {
    const now = document.activeElement;
    if (now && now !== document.body && now.checkVisibility()) return;
    const all = document.querySelectorAll("#work .deeds > .button.primary, #work .deeds > .deed.primary > summary");
    const next = [...all].find((one) => one.checkVisibility()) ?? document.getElementById("detail");
    next?.focus({ preventScroll: true });
  }

  // What a change did is said for a while, and as long as somebody is at it; the way back stays in the history.
  const SAID_MS = 12_000;
  let fading = null;
  function fade() {
    const outcome = document.getElementById("outcome");
    if (!outcome?.childElementCount) return;
    if (outcome.matches(":hover, :focus-within")) fading = setTimeout(fade, SAID_MS);
    else window.dash_clientside.set_props("outcome", { children: [] });
  }
  new MutationObserver((changes) => {
    if (!changes.some(({ target }) => target.closest?.("#outcome"))) return;
    clearTimeout(fading);
    fading = setTimeout(fade, SAID_MS);
  }).observe(document.documentElement, { childList: true, characterData: true, subtree: true });

  // ---- the card of a new incident ----

  function begun(button) {
    const { new: what, about, thing } = button.dataset;
    tell("new-wish", { do: what, layer: about, id: thing, n: ++wishes });
    if (what === "close") return from?.isConnected && from.focus({ preventScroll: true });
    from = button;
    document.querySelector("#note-card:not(.closed) .close")?.click();
    window.dash_clientside.set_props("new-said", { children: "" });
    window.dash_clientside.focus.onceSeen("new-title");
  }

  // ---- the lists ----

  const lines = () => [...document.querySelectorAll("#needs button.need")].filter((line) => line.offsetParent);

  // The lists are drawn anew as the city moves. The focus stays with its incident, not with its place in the list: a
  // key must never meet another one than its reader means. One that has gone leaves it to the line in its place.
  let focused = null;
  document.addEventListener("focusin", (event) => {
    const line = event.target.closest?.("#needs button.need");
    focused = line ? { layer: line.dataset.layer, id: line.dataset.id, place: lines().indexOf(line) } : null;
  });

  function keep() {
    const now = document.activeElement;
    if (!focused || (now !== document.body && !now?.closest?.("#needs"))) return;
    if (now.dataset?.id === focused.id && now.dataset.layer === focused.layer) return;
    const all = lines();
    const same = all.find((line) => line.dataset.id === focused.id && line.dataset.layer === focused.layer);
    (same ?? all[Math.min(focused.place, all.length - 1)])?.focus({ preventScroll: true });
  }

  new MutationObserver((changes) => {
    if (focused && changes.some(({ target }) => target.closest?.("#needs"))) keep();
  }).observe(document.documentElement, { childList: true, subtree: true });

  function move(event, line) {
    const all = lines();
    const at = all.indexOf(line);
    const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
    all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
    return true;
  }

  function shortcut(event, line) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "a" && line.dataset.layer === "incidents")
      tell("work-wish", { do: "acknowledge", id: line.dataset.id, n: `${Date.now()} ${++wishes}` });
    else if (event.key === "n") document.querySelector(".new-incident")?.click();
    else if (event.key === "f") {
      const filter = document.querySelector(".filter");
      filter.open = true;
      document.getElementById("filter-words").focus();
    } else return false;
    return true;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-deed], [data-new], [data-reason], [data-filter]");
    if (!button) return;
    if (button.dataset.deed) wish(button);
    else if (button.dataset.new) begun(button);
    else if (button.dataset.filter) tell("incident-filter", null);
    else {
      const field = document.getElementById("deed-close");
      field.value = button.dataset.reason;
      field.focus();
    }
  });

  document.addEventListener(
    "keydown",
    (event) => {
      const inCard = event.target.closest?.("#new-card");
      if (event.key === "Escape" && inCard) {
        document.querySelector("#new-card .close").click();
        event.stopPropagation();
        return;
      }
      if (event.key === "Enter" && !event.shiftKey) {
        if (inCard && event.target.matches("input")) document.getElementById("new-open").click();
        const form = event.target.matches?.("textarea") && event.target.closest(".deed-form");
        if (form) {
          form.querySelector("[data-deed].primary")?.click();
          event.preventDefault();
        }
        return;
      }
      const line = event.target.closest?.("#needs button.need");
      if (line && !typing(event.target) && (move(event, line) || shortcut(event, line))) event.preventDefault();
    },
    true,
  );

  // One form at a time: a second one closes the first, and the cursor is where one writes.
  document.addEventListener(
    "toggle",
    (event) => {
      const form = event.target;
      if (!form.matches?.("details.deed") || !form.open) return;
      for (const other of document.querySelectorAll("#work details.deed[open]")) if (other !== form) other.open = false;
      form.querySelector("textarea, button:not(summary)")?.focus({ preventScroll: true });
    },
    true,
  );

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    work: {
      done(told) {
        done(told);
        return window.dash_clientside.no_update;
      },
      sight: (seen, kept) => (kept?.seen ? (seen?.seen ?? seen?.bbox ?? null) : window.dash_clientside.no_update),
    },
  });
})();
