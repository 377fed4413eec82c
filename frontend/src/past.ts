// The city as it was: each layer's columns at one instant, kept apart from the live ones so that neither leaks.

import { Rows } from "./columns";
import { decode } from "./frames";

const AGAIN_MS = 3_000;

export class Past {
  readonly rows = new Map<string, Rows>();
  /** The instant that is wanted, in epoch milliseconds. */
  readonly time: number;
  private readonly stop = new AbortController();
  private timer = 0;

  constructor(
    private readonly address: string,
    readonly at: string,
    keys: string[],
    private readonly changed: (key: string) => void,
    /** What was shown before: an earlier instant stays in view until its successor is here. */
    before: Past | null,
  ) {
    this.time = Date.parse(at);
    for (const key of keys) {
      this.rows.set(key, before?.rows.get(key) ?? new Rows());
      void this.fetch(key);
    }
  }

  /** Layers that were not asked for yet. */
  want(keys: string[]): void {
    for (const key of keys) {
      if (this.rows.has(key)) continue;
      this.rows.set(key, new Rows());
      void this.fetch(key);
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.stop.abort();
  }

  private async fetch(key: string): Promise<void> {
    try {
      const address = `${this.address}/${encodeURIComponent(key)}?at=${encodeURIComponent(this.at)}`;
      const answer = await fetch(address, { signal: this.stop.signal });
      if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
      const frame = decode(await answer.arrayBuffer());
      const rows = new Rows();
      rows.replace(frame);
      if (this.stop.signal.aborted) return;
      this.rows.set(key, rows);
      this.changed(key);
    } catch {
      if (this.stop.signal.aborted) return;
      // another hour's numbers must not stand for this one
      this.rows.set(key, new Rows());
      this.changed(key);
      this.timer = window.setTimeout(() => void this.fetch(key), AGAIN_MS);
    }
  }
}
