// What the desk and the wall do without asking the server: clocks, the address bar and keys.
// A classic script, so that every function is there before Dash calls it; no inline script needs it.
(function () {
  "use strict";
  const root = document.documentElement;
  const tell = (id, data) => window.dash_clientside.set_props(id, { data });
  const keep = (name, value) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  };
  const REST_MS = 400;
  const SETTLE_MS = 3_000; // a browser lets a hand copy something for five seconds
  let resting = 0;
  let behind = false; // whether the address does not say yet what is seen
  let wishes = 0; // each wish carries a number of its own: the same place asked for twice is asked for twice
  let toFocus = false;
  let pickedFrom = null;
  let pulse = { state: "connecting", age_s: 0, heard: Date.now() };

  // A wall says how far its people sit and how wide it is: no text may be smaller to them than 20 minutes of arc.
  const asking = new URLSearchParams(location.search);
  const [seat_m, width_m] = ["distance", "width"].map((name) => Number(asking.get(name)));
  function measureWall() {
    const small_px = (seat_m * 0.0058 * innerWidth) / width_m / 0.7; // capitals are 0.7 of the type's size
    root.style.setProperty("--seat", String(Math.min(3, Math.max(1, small_px / ((1.25 * innerHeight) / 67.5)))));
  }
  if (seat_m > 0 && width_m > 0) {
    measureWall();
    addEventListener("resize", measureWall);
  }

  // A language named in the address holds for the page's later questions too.
  if (asking.has("lang")) keep("language", root.lang);

  // First the words, then the way there: a map that moves takes a machine without a graphics processor for itself.
  const WORDS_MS = 400;
  let flight = null;
  function takeOff() {
    if (flight) tell("flight", flight);
    flight = null;
  }

  function pick(layer, id) {
    tell("picked", { layer, id, n: ++wishes });
  }

  function drawerIsOpen() {
    return document.querySelector("#drawer.open") !== null;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.dataset.layer !== undefined) {
      toFocus = true;
      pickedFrom = { layer: button.dataset.layer, id: button.dataset.id };
      pick(button.dataset.layer, button.dataset.id);
    } else if (button.dataset.language) {
      keep("language", button.dataset.language);
      const address = new URL(location.href);
      address.searchParams.delete("lang");
      location.replace(address);
      if (address.href === location.href) location.reload();
    } else if (button.dataset.themeChoice) {
      keep("theme", button.dataset.themeChoice);
      for (const other of document.querySelectorAll("[data-theme-choice]"))
        other.setAttribute("aria-pressed", String(other === button));
      tell("theme", button.dataset.themeChoice);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (document.querySelector("#sheet-frame:not(.closed)") && !event.target.closest?.("#drawer"))
      document.getElementById("sheet-close").click();
    else if (drawerIsOpen()) document.getElementById("close").click();
  });

  // When the drawer has closed, the focus goes back to the line it was opened from.
  function goBack() {
    const from = pickedFrom;
    pickedFrom = null;
    if (!from) return;
    const same = (b) => b.dataset.layer === from.layer && b.dataset.id === from.id && b.offsetParent !== null;
    [...document.querySelectorAll("button[data-layer]")].find(same)?.focus({ preventScroll: true });
  }

  function write(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }

  // Once a second: every clock on the page, and how old the server's newest word is.
  const clocks = new Map();
  function clockOf(zone, language) {
    const name = `${zone} ${language}`;
    if (!clocks.has(name))
      clocks.set(name, {
        hour: new Intl.DateTimeFormat(language, { timeZone: zone, timeStyle: "medium", hourCycle: "h23" }),
        day: new Intl.DateTimeFormat(language, { timeZone: zone, dateStyle: "full" }),
      });
    return clocks.get(name);
  }

  function tick() {
    const now = new Date();
    for (const element of document.querySelectorAll("[data-zone]")) {
      const { hour, day } = clockOf(element.dataset.zone, element.dataset.language);
      write(element, hour.format(now));
      element.dateTime = now.toISOString();
      element.title = day.format(now);
      const beside = element.parentElement.querySelector(".today");
      if (beside) write(beside, day.format(now));
    }
    const age = Math.max(0, Math.round(pulse.age_s + (Date.now() - pulse.heard) / 1000));
    for (const element of document.querySelectorAll(".data-age")) {
      const words = element.dataset;
      const state = root.dataset.replay ? "replay" : pulse.state === "connecting" ? "connecting" : "live";
      const sentence = state !== "live" ? words[state] : age < 120 ? words.live : words.minutes;
      write(element, (sentence ?? "").replace("{n}", age < 120 ? age : Math.floor(age / 60)));
      root.dataset.pulse = pulse.state;
    }
  }
  // Said aloud only when it changes: that the server has fallen silent, and that it is back.
  function announce(before, now) {
    const said = document.getElementById("heard");
    const silent = (state) => state === "late" || state === "lost";
    if (said && silent(before) !== silent(now)) write(said, silent(now) ? said.dataset.lost : said.dataset.live);
  }

  // A wall cannot be scrolled: a line that does not fit whole is hidden, and counted below the others.
  function fitWall() {
    const drawer = document.querySelector(".wall .drawer");
    const more = drawer?.querySelector("[data-beyond]");
    if (!more) return;
    const lines = [...drawer.querySelectorAll(".need")];
    for (const line of lines) line.hidden = false;
    const say = (hidden) => {
      const n = Number(more.dataset.beyond) + hidden;
      write(more, n ? more.dataset.more.replace("{n}", String(n)) : "");
    };
    say(0);
    let hidden = 0;
    while (drawer.scrollHeight > drawer.clientHeight + 1 && hidden < lines.length - 1) {
      lines[lines.length - 1 - hidden].hidden = true;
      say(++hidden);
    }
  }

  // Before new lines are painted, not a second after; what it writes itself is no news.
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => target.closest?.(".wall .drawer") && !target.hasAttribute("data-beyond"))) fitWall();
  }).observe(document.documentElement, { childList: true, subtree: true });
  addEventListener("resize", fitWall);
  setInterval(tick, 1000);

  function ask() {
    clearTimeout(resting);
    resting = 0;
    tell("rest", ++wishes);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    desk: {
      shown(values, names) {
        const keys = names.map((name) => name.switch).filter((_name, i) => values[i]);
        return [keys, keys];
      },
      /** The address follows when all is still: what a hand has asked for goes first. */
      rest() {
        clearTimeout(resting);
        behind = true;
        resting = setTimeout(ask, REST_MS);
        return window.dash_clientside.no_update;
      },
      /** The address says what is seen as soon as can be: for whoever is about to send it on. */
      async settle() {
        if (resting) ask();
        for (let waited = 0; behind && waited < SETTLE_MS; waited += 50) await new Promise((done) => setTimeout(done, 50));
      },
      remember(search) {
        behind = Boolean(resting);
        if (typeof search === "string" && search !== location.search)
          history.replaceState(history.state, "", location.pathname + search + location.hash);
        return window.dash_clientside.no_update;
      },
      shade(theme) {
        if (theme) root.dataset.theme = theme;
        return window.dash_clientside.no_update;
      },
      hear(told) {
        if (told) {
          announce(pulse.state, told.state);
          pulse = { ...told, age_s: told.age_s ?? 0, heard: Date.now() };
          tick();
        }
        return window.dash_clientside.no_update;
      },
      // An answer that comes while a tick asks again is thrown away: in a replay no tick may ask at all.
      unless_replayed(told) {
        return root.dataset.replay ? window.dash_clientside.no_update : told;
      },
      /** The city has news, or another time is shown: for what is open, since nobody asks for what is not. */
      news(pulse, _at, selected, worked, table, measured) {
        const { callback_context, no_update } = window.dash_clientside;
        const moved = callback_context.triggered.some(({ prop_id }) => prop_id === "at.data");
        const live = !root.dataset.replay && pulse?.state === "live";
        const news = { n: ++wishes };
        const told = (open) => (open && (moved || live) ? news : no_update);
        const along = (open) => (open && moved ? news : no_update);
        // The lists and the numbers go by the time themselves.
        return [told(!moved), told(selected), told(worked), told(table), along(selected), along(worked), along(measured)];
      },
      /** What a click on the map or a press on a line selects; the lists come back at once. */
      select(clicked, picked) {
        const { triggered, triggered_id: asked } = window.dash_clientside.callback_context;
        const { no_update, set_props } = window.dash_clientside;
        if (!triggered.some(({ value }) => value)) return [no_update, no_update]; // the page has just come
        const { layer, id } = { map: clicked, picked }[asked] ?? {};
        const told = layer && typeof id === "string" && id ? { layer, id } : null;
        flight = told && asked === "picked" ? picked : null;
        if (flight) setTimeout(takeOff, WORDS_MS);
        if (!told) set_props("drawer", { className: "panel drawer" });
        return [told, told];
      },
      /** The words of what is selected stand there: what else there is to tell of it may be asked for. */
      unfold(told, selected, opened) {
        if (!told || !told.length) setTimeout(goBack, 50); // once the lists are to be seen again
        else if (toFocus) {
          toFocus = false;
          document.getElementById("detail")?.focus({ preventScroll: true });
        }
        requestAnimationFrame(() => setTimeout(takeOff));
        const { no_update } = window.dash_clientside;
        if (selected?.layer === opened?.layer && selected?.id === opened?.id) return [no_update, no_update, no_update];
        const worked = selected?.layer === "incidents";
        return [selected, worked ? selected : null, worked ? null : selected];
      },
      /** The key of the layer whose table is asked for; the one that is open is put away at once. */
      table(_opened, _closed, open) {
        const { triggered, triggered_id: asked } = window.dash_clientside.callback_context;
        if (!triggered.some(({ value }) => value)) return window.dash_clientside.no_update;
        const wanted = asked?.table ?? null;
        if (wanted !== null && wanted !== open) return wanted;
        window.dash_clientside.set_props("sheet-frame", { className: "panel sheet closed" });
        return null;
      },
      fold(clicks) {
        const folded = Boolean(clicks) && clicks % 2 === 1;
        document.getElementById("fold")?.setAttribute("aria-expanded", String(!folded));
        return folded ? "panel rail folded" : "panel rail";
      },
    },
  });
})();
