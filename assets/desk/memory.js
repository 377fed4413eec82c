// What changed since one was here, saved views and links, and notes: what the browser itself does for them.
(function () {
  "use strict";
  const MINUTE_MS = 60_000;
  const AWAY_MS = 30 * MINUTE_MS; // who gave no sign for so long is told the news when he comes back
  const tell = (id, data) => window.dash_clientside.set_props(id, { data });
  const settle = () => window.dash_clientside.desk.settle();
  let wishes = 0;

  // A sign of life is a hand that moves, not a page that stands open: at most one a minute is sent.
  let active = Date.now();
  let sent = Date.now();
  function alive() {
    const now = Date.now();
    const back = now - active > AWAY_MS;
    active = now;
    if (document.getElementById("since") && (back || now - sent > MINUTE_MS)) {
      sent = now;
      tell("here", { n: ++wishes });
    }
  }
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"])
    addEventListener(kind, alive, { passive: true, capture: true });

  // ---- saved views ----

  const saved = () => document.getElementById("saved");
  const opener = () => document.querySelector(".rail-tools [data-saved=toggle]");

  function open(wanted) {
    const panel = saved();
    if (!panel || panel.classList.contains("closed") === !wanted) return;
    panel.classList.toggle("closed", !wanted);
    opener()?.setAttribute("aria-expanded", String(wanted));
    if (wanted) {
      tell("saved-wish", { do: "list", n: ++wishes });
      panel.querySelector("button:not(.close)")?.focus({ preventScroll: true });
    } else opener()?.focus({ preventScroll: true });
  }

  /** The address of what is seen; with the minute that is shown, where it is asked for. */
  async function link(minute) {
    await settle();
    const address = new URL(location.href);
    if (minute && !address.searchParams.has("at")) {
      const at = `${new Date().toISOString().slice(0, 19)}Z`; // to the second: what has just happened is in it
      address.search += `${address.search ? "&" : "?"}at=${at}`;
    }
    return address.href;
  }

  async function copy(text) {
    const told = saved().querySelector(".copied");
    try {
      await navigator.clipboard.writeText(text);
      told.textContent = told.dataset.copied;
    } catch {
      // Without TLS, or where the browser asks and is refused: it can still be copied by hand.
      const field = Object.assign(document.createElement("input"), { value: text, readOnly: true, className: "link-field" });
      field.setAttribute("aria-label", told.dataset.failed);
      told.replaceChildren(told.dataset.failed, field);
      field.select();
    }
  }

  const DOES = {
    toggle: () => open(saved().classList.contains("closed")),
    copy: async () => copy(await link(false)),
    "copy-minute": async () => copy(await link(true)),
    save: async () => {
      const field = document.getElementById("saved-name");
      const name = field.value;
      const minute = document.getElementById("saved-minute").checked;
      await settle();
      tell("saved-wish", { do: "save", name, query: location.search, minute, n: ++wishes });
      if (name.trim()) window.dash_clientside.set_props("saved-name", { value: "" });
      else field.focus();
    },
    forget: (button) => tell("saved-wish", { do: "forget", view: button.dataset.view, n: ++wishes }),
    restore: (button) => tell("saved-wish", { do: "restore", view: button.dataset.view, n: ++wishes }),
    open: (anchor) => {
      const query = new URL(anchor.href).search;
      tell("saved-wish", { do: "open", query, n: ++wishes });
      const here = new URLSearchParams(query).get("numbers") === "sight";
      document.querySelector(`button[data-here="${here}"][aria-pressed="false"]`)?.click();
    },
  };

  // ---- notes ----

  let from = null; // where the focus was before a note was begun

  function noted(button) {
    const { note, about, thing } = button.dataset;
    if (note === "off" || note === "back") return tell("note-work", { do: note, id: thing, n: ++wishes });
    tell("note-wish", { do: note, layer: about, id: thing, n: ++wishes });
    window.dash_clientside.set_props("note-said", { children: "" }); // what was said of the last one
    if (note === "close") return from?.isConnected && from.focus({ preventScroll: true });
    from = button;
    window.dash_clientside.focus.onceSeen("note-text");
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-since], [data-saved], [data-note]");
    if (!button) return;
    if (button.dataset.since)
      tell("since-wish", { do: button.dataset.since, hours: Number(button.dataset.hours) || null, n: ++wishes });
    else if (button.dataset.note) noted(button);
    else {
      if (button.matches("a") && (event.ctrlKey || event.metaKey || event.shiftKey || event.button)) return; // a new window
      event.preventDefault();
      DOES[button.dataset.saved]?.(button);
    }
  });

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && event.target.id === "saved-name") return DOES.save();
      if (event.key !== "Escape") return;
      if (event.target.closest?.("#note-card")) document.querySelector("#note-card .close").click();
      else if (saved()?.matches(":not(.closed)")) open(false);
      else return;
      event.stopPropagation();
    },
    true,
  );
})();
