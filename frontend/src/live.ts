// The live channel: a snapshot of each layer, then deltas by number. A gap asks for a snapshot; a lost server is
// tried again for ever, with pauses that grow and differ from screen to screen.

import { decode, type Frame, type Header } from "./frames";

/** What a source of news tells its owner. */
export interface News {
  snapshot(frame: Frame): void;
  delta(frame: Frame): void;
  alive(header: Header | null): void;
}

export interface Source {
  want(keys: string[]): void;
  close(): void;
}

const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8_000;
const DEAF_MS = 10_000; // five heartbeats missed: this socket is dead, whatever TCP thinks
const CONNECT_MS = 8_000;

export class Live implements Source {
  private socket: WebSocket | null = null;
  private readonly seqs = new Map<string, number>();
  private readonly asked = new Set<string>();
  /** The revision up to which all layers are known; it outlives a connection. null: begin with snapshots. */
  private since: number | null = null;
  private readonly resuming = new Set<string>();
  private tries = 0;
  private timer = 0;
  private heard = performance.now();
  private readonly watch: number;
  private closed = false;
  private readonly now = () => this.connect();

  constructor(
    private readonly address: string,
    private keys: string[],
    private readonly news: News,
  ) {
    this.watch = window.setInterval(() => this.listen(), 1_000);
    window.addEventListener("online", this.now);
    this.connect();
  }

  want(keys: string[]): void {
    if (keys.join() === this.keys.join()) return;
    if (!keys.every((key) => this.keys.includes(key))) this.since = null;
    this.keys = keys;
    for (const key of [...this.seqs.keys()]) if (!keys.includes(key)) this.seqs.delete(key);
    this.send({ layers: keys });
  }

  close(): void {
    this.closed = true;
    clearInterval(this.watch);
    clearTimeout(this.timer);
    window.removeEventListener("online", this.now);
    this.drop();
  }

  private connect(): void {
    clearTimeout(this.timer);
    if (this.closed || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    const url = new URL(this.address, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("layers", this.keys.join(","));
    if (this.since !== null) url.searchParams.set("since", String(this.since));
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    const since = performance.now();
    this.heard = since;
    this.seqs.clear();
    this.asked.clear();
    this.resuming.clear();
    if (this.since !== null) for (const key of this.keys) this.resuming.add(key);
    const wanted = this.keys.join();
    socket.onopen = () => {
      if (this.keys.join() !== wanted) this.send({ layers: this.keys });
    };
    socket.onmessage = (event) => {
      if (socket === this.socket && event.data instanceof ArrayBuffer) this.read(event.data);
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.again();
    };
    this.socket = socket;
  }

  private again(): void {
    if (this.closed) return;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.tries++, 10));
    this.timer = window.setTimeout(() => this.connect(), pause * (0.5 + Math.random() / 2));
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = socket.onopen = null;
    socket.close();
  }

  /** A socket that says nothing is let go; the operating system may take minutes to notice. */
  private listen(): void {
    if (!this.socket) return;
    const patience = this.socket.readyState === WebSocket.CONNECTING ? CONNECT_MS : DEAF_MS;
    if (performance.now() - this.heard < patience) return;
    this.drop();
    this.again();
  }

  private send(wish: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(wish));
  }

  private read(bytes: ArrayBuffer): void {
    let frame: Frame;
    try {
      frame = decode(bytes);
    } catch {
      // one garbled frame leaves no number to trust: begin anew
      this.drop();
      this.again();
      return;
    }
    this.heard = performance.now();
    this.tries = 0;
    const { kind, layer, seq } = frame.header;
    if (kind === "snapshot") {
      if (!this.keys.includes(layer)) return;
      this.seqs.set(layer, seq);
      this.asked.delete(layer);
      this.resuming.delete(layer);
      this.news.snapshot(frame);
    } else if (kind === "delta") {
      const last = this.seqs.get(layer);
      if ((last !== undefined && seq === last + 1) || (last === undefined && this.resuming.delete(layer))) {
        this.seqs.set(layer, seq);
        this.news.delta(frame);
      } else if (!this.asked.has(layer) && this.keys.includes(layer) && !(last !== undefined && seq <= last)) {
        this.asked.add(layer);
        this.seqs.delete(layer);
        this.send({ snapshot: layer });
      }
    } else if (this.asked.size === 0 && this.keys.every((key) => this.seqs.has(key))) {
      this.since = frame.header.revision; // heartbeats keep their place between the deltas: all up to here was read
    }
    this.news.alive(frame.header);
  }
}
