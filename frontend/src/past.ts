// The city as it was: each layer's columns at one instant, kept apart from the live ones so that neither leaks. Who looks
// at many instants of the same hour finds them in stretches that were loaded ahead; a single one is asked for by itself.

import { Rows } from "./columns";
import { decode } from "./frames";
import { Loaded } from "./loaded";

const AGAIN_MS = 3_000;
const TOGETHER_MS = 250; // for so long a jump waits for its last layer: a city changes as a whole, and is drawn once
const SETTLE_MS = 150; // a hand on the slider passes instants that it does not mean
const FINE_MS = 15 * 60_000; // a stretch that holds every moment
const STEPS = 72; // of one that holds steps
const LONGEST_STEP_MS = 300_000; // of coarser ones each is asked for by itself
const AT_ONCE = 2;
const KEPT = 12; // stretches of a layer

export class Past {
  readonly rows = new Map<string, Rows>();
  /** The instant that is wanted, in RFC 3339 and in epoch milliseconds; none: the present is looked at. */
  at: string | null = null;
  time = NaN;
  private keys: string[] = [];
  private step = 0;
  private forward = true;
  private stop = new AbortController();
  private settling = 0;
  private again = 0;
  private readonly loaded = new Map<string, Loaded[]>();
  private readonly queue: { key: string; start: number }[] = [];
  private readonly loading = new Set<string>();
  private readonly without = new Set<string>();
  /** The layers that were asked about for this instant, those that were answered, and those that were not. */
  private readonly asked = new Set<string>();
  private readonly answered = new Set<string>();
  private readonly failed = new Set<string>();
  private closed = false;
  private readonly held = new Set<string>();
  private release = 0;

  constructor(
    private readonly columns: string,
    /** Where stretches are asked for; null: nowhere. */
    private readonly windows: string | null,
    /** What the server's clock says, in epoch milliseconds. */
    private readonly present: () => number,
    private readonly changed: (key: string) => void,
    /** A jump is whole, or has waited long enough: these layers are shown at once. */
    private readonly jumped: (keys: string[]) => void,
  ) {}

  /** Looks at this instant, at these layers; `stepS` are the seconds from one to the next while one scrubs or plays, 0: any. */
  go(at: string | null, keys: string[], stepS: number): void {
    const moved = at !== this.at;
    const more = keys.join() !== this.keys.join();
    if (!moved && !more) return;
    this.keys = keys;
    for (const key of [...this.rows.keys()]) if (!keys.includes(key)) this.forget(key);
    this.step = stepS * 1000;
    const before = this.time;
    this.at = at;
    this.time = at ? Date.parse(at) : NaN;
    this.queue.length = 0;
    if (moved) {
      this.stop.abort();
      this.stop = new AbortController();
      this.asked.clear();
      this.answered.clear();
      this.failed.clear();
    }
    if (!at) {
      this.let();
      clearTimeout(this.settling);
      clearTimeout(this.again);
      this.rows.clear();
      for (const key of keys) this.changed(key);
      return;
    }
    if (this.time !== before && !Number.isNaN(before)) this.forward = this.time > before;
    const scrubbing = this.settling !== 0;
    const missing = keys.filter((key) => !this.exact(key));
    const alone = missing.length > 0 && !scrubbing;
    if (alone) this.release ||= window.setTimeout(() => this.let(), TOGETHER_MS);
    else this.let();
    for (const key of keys) this.find(key, moved);
    clearTimeout(this.settling);
    const settle = () => {
      this.settling = 0;
      for (const key of this.keys) if (!this.asked.has(key) && !this.exact(key)) void this.ask(key);
    };
    if (alone) for (const key of missing) void this.ask(key);
    else this.ahead();
    this.settling = window.setTimeout(() => {
      settle();
      if (alone) this.ahead(); // not before what is wanted now
    }, SETTLE_MS);
  }

  /** Is a jump on its way, which will be drawn as a whole? */
  get jumping(): boolean {
    return this.release !== 0;
  }

  /** Is every layer shown as it was at this instant, and not as it was a little before? */
  get whole(): boolean {
    return this.keys.every((key) => this.answered.has(key) || this.exact(key));
  }

  /** Are the stretches around this instant here, as far as there are any? */
  get near(): boolean {
    return !this.queue.length && !this.loading.size;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.release);
    clearTimeout(this.settling);
    clearTimeout(this.again);
    this.stop.abort();
    this.queue.length = 0;
  }

  /** A layer was turned off: when it is wanted again, it is asked about anew. */
  private forget(key: string): void {
    this.rows.delete(key);
    for (const known of [this.asked, this.answered, this.failed, this.held]) known.delete(key);
  }

  /** A layer shows something else: together with the others of a jump, where they are on their way. */
  private show(key: string): void {
    if (!this.release) return this.changed(key);
    this.held.add(key);
    if (this.whole) this.let();
  }

  private let(): void {
    clearTimeout(this.release);
    this.release = 0;
    if (!this.held.size) return;
    this.jumped([...this.held]);
    this.held.clear();
  }

  /** Shows a layer at this instant out of what is loaded, where it is. */
  private find(key: string, moved: boolean): void {
    const told = this.covering(key)?.at(this.time);
    if (this.exact(key)) this.answered.add(key); // it stays so, though the stretch grows old while one looks
    if (told && this.rows.get(key) !== told) {
      this.rows.set(key, told);
      this.show(key);
    } else if (moved || !this.rows.has(key)) {
      // an earlier instant stays in view until its successor is here
      if (!this.rows.has(key)) this.rows.set(key, new Rows());
      this.show(key); // its ages are counted to another time
    }
  }

  /** The stretch that tells most exactly how a layer stood at this instant. */
  private covering(key: string): Loaded | undefined {
    let best: Loaded | undefined;
    for (const one of this.loaded.get(key) ?? []) if (one.covers(this.time) && (!best || one.step < best.step)) best = one;
    return best;
  }

  /** Is what is shown of this layer exactly what was, or as near to it as one wants to know? */
  private exact(key: string): boolean {
    const found = this.covering(key);
    return found !== undefined && found.fresh && (found.step === 0 || (this.time - found.start) % found.step === 0);
  }

  private get size(): number {
    return this.step ? this.step * STEPS : FINE_MS;
  }

  /** The stretch of this instant and those around it, in the direction of travel first. */
  private ahead(): void {
    const here = Math.floor(this.time / this.size) * this.size;
    const way = this.forward ? this.size : -this.size;
    for (const start of [here, here + way, here - way, here + 2 * way]) this.wish(start);
    this.load();
  }

  private wish(start: number): void {
    if (!this.windows || this.step > LONGEST_STEP_MS || start >= this.present()) return;
    for (const key of this.keys) {
      if (this.without.has(key)) continue;
      let from = start;
      const known = (time: number) => this.loaded.get(key)?.find((one) => one.step === this.step && one.covers(time) && one.fresh);
      for (let found = known(from); found; found = known(from)) from = found.until; // a register changed in between
      if (from >= Math.min(start + this.size, this.present() - 1_000)) continue;
      this.queue.push({ key, start: from });
    }
  }

  private load(): void {
    while (this.queue.length && this.loading.size < AT_ONCE) {
      const { key, start } = this.queue.shift()!;
      const name = `${key} ${start} ${this.step}`;
      if (this.loading.has(name)) continue;
      this.loading.add(name);
      void this.fetch(key, start, this.step).finally(() => {
        this.loading.delete(name);
        if (!this.closed) this.load();
      });
    }
  }

  private async fetch(key: string, start: number, step: number): Promise<void> {
    const size = step ? step * STEPS : FINE_MS;
    const end = (Math.floor(start / size) + 1) * size;
    const asked = new URLSearchParams({ from: new Date(start).toISOString(), to: new Date(Math.min(end, this.present())).toISOString() });
    if (step) asked.set("step", String(step / 1000));
    try {
      const answer = await fetch(`${this.windows}/${encodeURIComponent(key)}?${asked}`);
      if (answer.status === 404) this.without.add(key); // instants of it are asked for one by one
      if (!answer.ok) return;
      const piece = new Loaded(decode(await answer.arrayBuffer()), step);
      if (this.closed || !(piece.until > piece.start)) return;
      const others = (this.loaded.get(key) ?? []).filter((one) => one.step !== step || one.start !== piece.start);
      const near = (one: Loaded) => Math.abs(one.start - this.time);
      this.loaded.set(key, [piece, ...others].sort((a, b) => near(a) - near(b)).slice(0, KEPT));
      if (this.at && piece.covers(this.time)) this.find(key, false);
    } catch {
      // the instant itself is asked for again and again; a stretch is wanted anew with the next one
    }
  }

  private async ask(key: string): Promise<void> {
    const { signal } = this.stop;
    this.asked.add(key);
    try {
      const address = `${this.columns}/${encodeURIComponent(key)}?at=${encodeURIComponent(this.at ?? "")}`;
      const answer = await fetch(address, { signal });
      if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
      const frame = decode(await answer.arrayBuffer());
      this.failed.delete(key);
      if (signal.aborted || this.exact(key)) return;
      const rows = new Rows();
      rows.replace(frame);
      this.rows.set(key, rows);
      this.answered.add(key);
      this.show(key);
    } catch {
      if (signal.aborted || this.exact(key)) return;
      // another hour's numbers must not stand for this one
      this.rows.set(key, new Rows());
      this.show(key);
      this.failed.add(key);
      clearTimeout(this.again);
      this.again = window.setTimeout(() => {
        for (const one of this.failed) void this.ask(one);
      }, AGAIN_MS);
    }
  }
}
