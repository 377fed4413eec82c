// The time bar's hands: what is pulled, pressed or typed moves map and frame at once, without asking anybody; the panels
// follow as the server answers. A classic script, so that every function is there before Dash calls it.
(function () {
  "use strict";
  const root = document.documentElement;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const $ = (id) => document.getElementById(id);
  const bar = () => document.querySelector(".time-bar");
  const SECOND = 1000, MINUTE = 60 * SECOND;
  const SETTLE_MS = 120, SERIES_MS = 350, PANELS_MS = 1000, PATIENCE_MS = 4000, FIRST_MS = 4000;
  const GRIDS = [10, 60, 300, 900, 3600, 21600].map((s) => s * SECOND);
  const PLACES = 700; // of the slider, at most: more are not told apart
  const COARSE = 600; // times as fast: from here on it goes from step to step
  const LISTED = 200;

  // Of the server: how far one can go. Times are epoch milliseconds; `at` null is now.
  let ends = null;
  let calendar = [];
  let at = null;
  let moves = 0; // counts what was done here: an answer to an older wish moves nothing
  let waiting = 0;
  let placing = 0;
  let steppedAt = -Infinity;
  let stretch = { from: 0, to: 0, step: MINUTE, now: true };
  let asked = { from: 0, to: 0 };
  let events = [];
  let late = 0;
  let dragging = false;
  let playing = null;
  let followed = { done: true, sent: 0 };

  const present = () => ends.now + (performance.now() - ends.heard);
  const iso = (ms) => new Date(ms).toISOString();

  // ---- words ----

  // Whole dates are asked for and taken apart: a month by itself may be written otherwise than in a date.
  const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const SHORT = { day: "numeric", month: "short" };
  const NUMBERS = { day: "2-digit", month: "2-digit", year: "numeric" };
  const TOKENS = {
    EEEE: [LONG, "weekday"], MMMM: [LONG, "month"], MMM: [SHORT, "month"], MM: [NUMBERS, "month"], dd: [NUMBERS, "day"],
    d: [LONG, "day"], y: [LONG, "year"], HH: [CLOCK, "hour"], mm: [CLOCK, "minute"], ss: [CLOCK, "second"],
  };
  const formats = new Map();
  function part(token, ms, zone, language) {
    const [asks, type] = TOKENS[token];
    if (!formats.has(asks)) formats.set(asks, new Intl.DateTimeFormat(language, { timeZone: zone, ...asks }));
    return formats.get(asks).formatToParts(ms).find((one) => one.type === type)?.value ?? "";
  }

  /** An instant by a pattern as the server's own words have it: quoted text stands for itself. */
  function said(pattern, ms) {
    const { zoneOfTime: zone, languageOfTime: language } = bar().dataset;
    const seconds = ms % MINUTE ? pattern.replace("HH:mm", "HH:mm:ss") : pattern;
    return seconds.replace(/'([^']*)'|EEEE|MMMM|MMM|MM|dd|d|y|HH|mm|ss/g, (token, quoted) => quoted ?? part(token, ms, zone, language));
  }
  const moment = (ms) => said(bar().dataset.momentPattern, ms);
  const written = (ms) => said("dd/MM/y HH:mm", ms - (ms % MINUTE));

  // ---- the slider ----

  function furnish() {
    const bed = $("track-bed");
    if (!bed || $("slider")) return;
    const marks = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    marks.setAttribute("class", "time-marks");
    marks.setAttribute("aria-hidden", "true");
    const slider = Object.assign(document.createElement("input"), { id: "slider", type: "range", min: "0", step: "1" });
    bed.append(marks, slider);
    const whole = (ends.now - ends.first) / MINUTE;
    $("span").value = String([60, 360, 1440].find((span) => whole <= span) ?? 1440);
    $("speed").value = "60";
  }

  function reached(ms) {
    if (ms === null || ms > present() - SECOND) return null;
    return Math.max(ms, ends.first);
  }

  /** Which stretch of time the slider spans; it stays while the moment lies within. */
  function lay() {
    const now = present();
    const long = Number($("span").value) * MINUTE || now - ends.first;
    const grid = GRIDS.find((ms) => long / ms <= (long > 360 * MINUTE ? PLACES : 400)) ?? GRIDS.at(-1);
    let { from, to } = stretch;
    const fits = stretch.long === long && !stretch.now && at !== null && at >= from && at <= to;
    if (at === null || (stretch.now && stretch.long === long && at >= now - long)) [from, to] = [now - long, now];
    else if (!fits) {
      to = Math.min(now, at + long / 2);
      from = to - long;
    }
    const ofNow = to >= now - grid;
    from = Math.max(Math.ceil(from / grid) * grid, ends.first);
    stretch = { from, to, step: grid, now: ofNow, long };
    const slider = $("slider");
    slider.max = String(Math.max(0, Math.floor((to - from) / grid) + (ofNow ? 1 : 0)));
    if (!dragging) slider.value = at === null ? slider.max : String(Math.round((at - from) / grid));
    write(bar().querySelector(".track-from"), said(bar().dataset.markPattern, from - (from % MINUTE)));
    write(bar().querySelector(".track-to"), ofNow ? bar().dataset.now : said(bar().dataset.markPattern, to - (to % MINUTE)));
    askEvents();
    mark();
  }

  function placed(slider) {
    const place = Number(slider.value);
    return stretch.now && place >= Number(slider.max) ? null : stretch.from + place * stretch.step;
  }

  function write(element, words) {
    if (element && element.textContent !== words) element.textContent = words;
  }

  // ---- events ----

  function askEvents() {
    if (performance.now() < FIRST_MS) return void (late ||= setTimeout(askEvents, FIRST_MS)); // a page that comes has more urgent questions
    const far = (a, b) => Math.abs(a - b) > Math.max(MINUTE, stretch.long / 100);
    if (!far(asked.from, stretch.from) && !far(asked.to, stretch.to)) return;
    asked = { from: stretch.from, to: stretch.to };
    set("time-stretch", { data: { from: iso(stretch.from), to: iso(stretch.to) } });
  }

  function mark() {
    const marks = bar().querySelector(".time-marks");
    const long = stretch.to - stretch.from;
    marks.replaceChildren(...events.filter((event) => event.at >= stretch.from && event.at <= stretch.to).map((event) => {
      const tick = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const high = [0, 12, 10, 8, 6][event.severity];
      const told = { class: `tick severity-${event.severity}`, x: `${((event.at - stretch.from) / long) * 100}%`, y: 14 - high, width: 2, height: high };
      for (const [name, value] of Object.entries(told)) tick.setAttribute(name, String(value));
      return tick;
    }));
    list();
  }

  function list() {
    const box = $("more-time");
    if (!box || box.hidden) return;
    const there = events.filter((event) => event.at >= stretch.from && event.at <= stretch.to).slice(-LISTED);
    const last = there.filter((event) => at !== null && event.at <= at + SECOND).at(-1);
    $("event-list").replaceChildren(...there.map((event) => {
      const line = document.createElement("li");
      const button = Object.assign(document.createElement("button"), { type: "button", className: "need event" });
      Object.assign(button.dataset, { layer: event.layer, id: event.id, at: iso(event.at) });
      if (event === last) button.setAttribute("aria-current", "time");
      for (const [name, words] of [[`mark severity-${event.severity}`, ""], ["title", event.title], ["hour", event.clock], ["why", event.why]])
        button.append(Object.assign(document.createElement("span"), { className: name, textContent: words }));
      line.append(button);
      return line;
    }));
    box.querySelector(".empty").hidden = there.length > 0;
  }

  function caption(event) {
    const place = $("time-caption");
    place.replaceChildren();
    if (event === undefined) return;
    if (event === null) return void (place.textContent = bar().dataset.none);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: event.title });
    Object.assign(button.dataset, { layer: event.layer, id: event.id });
    button.title = event.why;
    place.append(button, ` ${event.why}`);
  }

  function jump(way) {
    halt();
    const here = at ?? present();
    const known = asked.from <= here && here <= asked.to ? events : [];
    const found = way > 0 ? known.find((event) => event.at >= here + SECOND) : known.findLast((event) => event.at <= here - SECOND);
    if (found) {
      go(found.at);
      caption(found);
    } else set("time-wish", { data: { jump: way, from: iso(here), mine: ++moves } });
  }

  // ---- going there ----

  /** What is shown is of this moment from now on; `step` are the milliseconds between the moments of a drag or a play. */
  function show(step = 0) {
    if (at === null) delete root.dataset.replay;
    else root.dataset.replay = iso(at);
    write($("banner"), at === null ? "" : bar().dataset.replay.replace("{moment}", moment(at)));
    $("banner")?.setAttribute("aria-live", playing || dragging ? "off" : "polite");
    $("live")?.setAttribute("aria-pressed", String(at === null));
    lay();
    $("slider").setAttribute("aria-valuetext", at === null ? bar().dataset.now : moment(at));
    const told = { at: at === null ? null : iso(at), step_s: step >= MINUTE ? step / SECOND : 0 };
    $("map")?.dispatchEvent(new CustomEvent("moment", { detail: told }));
    clearTimeout(placing);
    placing = setTimeout(() => set("map", told)); // everybody else hears of it once, when no further key has come
  }

  /** One step waits for a moment, a series of them for its end: what the panels ask for would come between. */
  function settled() {
    const before = steppedAt;
    steppedAt = performance.now();
    return steppedAt - before < SERIES_MS ? SERIES_MS : SETTLE_MS;
  }

  function go(ms, step = 0, delay = settled()) {
    at = reached(ms);
    moves += 1;
    caption();
    show(step);
    clearTimeout(waiting);
    waiting = setTimeout(send, delay);
  }

  function send() {
    followed = { done: false, sent: performance.now() };
    const typing = document.activeElement?.id === "typed";
    if (!typing) set("typed", { value: written(at ?? present()) });
    set("time-wish", { data: at === null ? { live: true, mine: moves } : { at: iso(at), mine: moves } });
  }

  // ---- playing ----

  function play() {
    if (at === null) go(Math.max(ends.first, present() - Number($("speed").value) * MINUTE));
    playing = { exact: at ?? ends.first, beat: performance.now(), timer: 0 };
    pressed(true);
    beat();
  }

  /** It plays no longer; the moment stays. */
  function halt() {
    if (!playing) return;
    clearTimeout(playing.timer);
    playing = null;
    pressed(false);
  }

  /** As by a hand: what is shown becomes exact, and all panels follow. */
  function pause() {
    halt();
    go(at, 0, 0);
  }

  function pressed(on) {
    const button = $("play");
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", bar().dataset[on ? "pause" : "play"]);
    button.title = bar().dataset[on ? "pause" : "play"];
    root.toggleAttribute("data-playing", on);
  }

  function beat() {
    const speed = Number($("speed").value);
    const now = performance.now();
    playing.exact += speed * Math.min(2000, now - playing.beat); // a sleeping machine does not leap on
    playing.beat = now;
    const step = speed >= COARSE ? 300 * SECOND : 0;
    const next = step ? Math.floor(playing.exact / step) * step : Math.floor(playing.exact / SECOND) * SECOND;
    if (reached(playing.exact) === null) {
      halt();
      return go(null, 0, 0);
    }
    if (next > at) {
      at = Math.max(next, ends.first);
      moves += 1;
      show(step);
      const patient = now - followed.sent > (followed.done ? PANELS_MS : PATIENCE_MS);
      if (patient) send();
    }
    playing.timer = setTimeout(beat, speed >= 60 ? 250 : speed >= 10 ? 500 : 1000);
  }

  // ---- hands ----

  // A time is typed as the page writes it; what is no time is said at the field, and nothing moves.
  const WRITTEN = /^\s*\d{1,2}\/\d{1,2}\/\d{4}\s+\d{1,2}:\d{2}\s*$|^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;
  function askFor(field) {
    const good = WRITTEN.test(field.value);
    field.setCustomValidity(good ? "" : field.closest("[data-format]").dataset.format);
    if (good) typed(field.value);
    else if (document.activeElement === field) field.reportValidity();
  }

  function typed(words) {
    halt();
    set("time-wish", { data: { typed: words, mine: ++moves } });
  }

  // The browser's own calendar; the page says the time it found in its own language.
  function openCalendar(button) {
    const [min, value, max] = calendar;
    const field = document.querySelector(".calendar") ?? document.createElement("input");
    Object.assign(field, { className: "calendar", type: "datetime-local", tabIndex: -1, min, max, value });
    field.setAttribute("aria-hidden", "true");
    field.onchange = () => field.value && typed(field.value);
    button.parentElement.append(field);
    field.showPicker();
  }

  function unfold(button) {
    const box = $("more-time");
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
    list();
  }

  document.addEventListener("input", (event) => {
    if (event.target.id !== "slider") return;
    halt();
    go(placed(event.target), stretch.step);
  });
  document.addEventListener("change", (event) => {
    const { id } = event.target;
    if (id === "typed") askFor(event.target);
    else if (id === "span") lay();
  });
  for (const [kind, holds] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
    document.addEventListener(kind, (event) => {
      if (!holds || event.target.id === "slider") dragging = holds;
    });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button || !ends) return;
    const { step, jump: way, at: moment } = button.dataset;
    if (moment && !Number.isNaN(Date.parse(moment))) {
      halt();
      go(Date.parse(moment), 0, 0);
    } else if (step && button.closest(".time-bar")) {
      halt();
      go((at ?? present()) + Number(step) * MINUTE, 0);
    } else if (way) jump(Number(way));
    else if (button.id === "live") {
      halt();
      go(null, 0, 0);
    } else if (button.id === "play") (playing ? pause : play)();
    else if (button.id === "calendar") openCalendar(button);
    else if (button.id === "more-time-open") unfold(button);
  });

  // Space and arrows work on the bar, and wherever nothing else wants them.
  document.addEventListener("keydown", (event) => {
    if (!ends || !bar() || event.altKey || event.metaKey || event.defaultPrevented) return;
    const { target, key } = event;
    const slider = target.id === "slider";
    const free = target === document.body || target === root;
    if (key === " " && !event.ctrlKey && (slider || free || target.tagName === "CANVAS")) {
      event.preventDefault();
      (playing ? pause : play)();
    }
    const way = { ArrowLeft: -1, ArrowRight: 1 }[key];
    const inBar = target.closest?.(".time-bar") && !target.matches("input:not(#slider), select");
    if (!way || !(free || inBar) || (slider && !event.shiftKey && !event.ctrlKey)) return;
    event.preventDefault();
    if (event.ctrlKey) return jump(way);
    halt();
    const steps = way * (event.shiftKey ? 10 : 1) * stretch.step;
    go((at ?? Math.floor(present() / stretch.step) * stretch.step) + steps, stretch.step);
  });

  const same = () => window.dash_clientside.no_update;
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    time_bar: {
      /** The server's word: how far one can go, and which moment the page is of. */
      told(words) {
        if (!words || !bar()) return same();
        const first = ends === null;
        ends = { first: Date.parse(words.first), now: Date.parse(words.now), heard: performance.now() };
        calendar = words.calendar;
        furnish();
        const theirs = words.at ? Date.parse(words.at) : null;
        const older = words.mine !== undefined && words.mine < moves;
        if (first || (!words.tick && !older)) {
          if (words.mine === undefined) halt();
          const moved = at !== theirs;
          at = theirs;
          if (moved || first) show();
          if (document.activeElement?.id !== "typed" || words.mine !== undefined) set("typed", { value: words.typed });
          if ("event" in words) caption(words.event);
        }
        if (at === null && !dragging) lay();
        if (at === null && words.tick && document.activeElement?.id !== "typed") set("typed", { value: words.typed });
        return same();
      },
      happened(words) {
        if (!words || !bar()) return same();
        events = words.events;
        mark();
        return same();
      },
      /** The panels are those of the moment that was asked for last. */
      followed() {
        followed.done = true;
        return same();
      },
    },
  });
})();
