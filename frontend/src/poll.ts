// Without a live channel: each layer's columns are asked for again and again, and mostly answered "nothing new".

import { decode } from "./frames";
import type { News, Source } from "./live";

export class Poll implements Source {
  private readonly tags = new Map<string, string>();
  private timer = 0;
  private readonly stop = new AbortController();

  constructor(
    private readonly address: string,
    private keys: string[],
    private readonly everyS: number,
    private readonly news: News,
  ) {
    void this.round();
  }

  want(keys: string[]): void {
    if (keys.join() === this.keys.join()) return;
    this.keys = keys;
    clearTimeout(this.timer);
    void this.round();
  }

  close(): void {
    clearTimeout(this.timer);
    this.stop.abort();
  }

  private async round(): Promise<void> {
    const results = await Promise.allSettled(this.keys.map((key) => this.ask(key)));
    if (this.stop.signal.aborted) return;
    if (results.some((result) => result.status === "fulfilled")) this.news.alive(null);
    clearTimeout(this.timer);
    const jitter = 0.9 + Math.random() * 0.2; // screens that were opened together need not ask together
    this.timer = window.setTimeout(() => void this.round(), this.everyS * 1000 * jitter);
  }

  private async ask(key: string): Promise<void> {
    const tag = this.tags.get(key);
    const answer = await fetch(`${this.address}/${encodeURIComponent(key)}`, {
      headers: tag ? { "If-None-Match": tag } : {},
      cache: "no-store",
      signal: this.stop.signal,
    });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
    const frame = decode(await answer.arrayBuffer());
    frame.header.layer = key;
    this.news.snapshot(frame);
    const told = answer.headers.get("ETag");
    if (told) this.tags.set(key, told);
  }
}
