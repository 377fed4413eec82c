// All columns of the page: the live ones, those of a past instant, the age of every row, and the server's clock.

import { Rows } from "./columns";
import type { Frame, Header } from "./frames";
import { Live, type News, type Source } from "./live";
import { Past } from "./past";
import { Poll } from "./poll";
import { bands } from "./status";
import type { LayerSpec, Props } from "./types";

interface Aged {
  status: Uint8Array;
  /** Counts changes of any row's band. */
  bands: number;
  rows: Rows | null;
}

export class Desk implements News {
  revision = 0;
  private readonly live = new Map<string, Rows>();
  private readonly aged = new Map<string, Aged>();
  private past: Past | null = null;
  private source: Source | null = null;
  private address = "";
  private keys: string[] = [];
  private offset = 0;
  private known = false;

  constructor(
    private readonly changed: (key: string) => void,
    private readonly jumped: (keys: string[]) => void,
    private readonly heard: () => void,
  ) {}

  /** Goes by these props: which layers, from where, and of when. */
  follow(props: Props): void {
    this.keys = props.layers.filter(speaks).map((layer) => layer.key);
    const address = props.live ? `live ${props.live}` : props.poll_s ? `poll ${props.columns} ${props.poll_s}` : "";
    if (address !== this.address) {
      this.source?.close();
      this.address = address;
      if (props.live) this.source = new Live(props.live, this.keys, this);
      else if (props.poll_s) this.source = new Poll(props.columns, this.keys, props.poll_s, this);
      else this.source = null;
    } else this.source?.want(this.keys);
    const shown = this.keys.filter((key) => !props.visible || props.visible.includes(key)); // nobody asks how the others were
    if (props.at) this.past ??= new Past(props.columns, props.windows ?? null, () => this.present(), this.changed, this.jumped);
    this.past?.go(props.at ?? null, shown, props.step_s ?? 0);
  }

  close(): void {
    this.source?.close();
    this.past?.close();
  }

  get replaying(): boolean {
    return !!this.past?.at;
  }

  /** Is a jump on its way, which will be drawn as a whole? */
  get jumping(): boolean {
    return !!this.past?.jumping;
  }

  /** Is all that is shown of exactly the instant that is asked for? */
  get whole(): boolean {
    return !this.past?.at || this.past.whole;
  }

  /** Is all that was loaded ahead here? */
  get near(): boolean {
    return !this.past?.at || this.past.near;
  }

  /** The columns that are shown: those of the past instant while one is looked at. */
  rows(key: string): Rows {
    const found = this.past?.at ? this.past.rows.get(key) : this.live.get(key);
    return found ?? NOBODY;
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.keys.map((key) => [key, this.rows(key).length]));
  }

  /** The instant that ages are counted to, in epoch milliseconds of the server. */
  now(): number {
    return this.past?.at ? this.past.time : this.present();
  }

  private present(): number {
    return performance.timeOrigin + performance.now() + this.offset;
  }

  /** The band of every shown row, worked out for now. */
  age(layer: LayerSpec): { status: Uint8Array; bands: number; moved: boolean } {
    const rows = this.rows(layer.key);
    let aged = this.aged.get(layer.key);
    if (!aged) this.aged.set(layer.key, (aged = { status: new Uint8Array(0), bands: 0, rows: null }));
    if (aged.status.length < rows.length) {
      const more = new Uint8Array(Math.ceil(rows.length * 1.5) + 16);
      more.set(aged.status);
      aged.status = more;
    }
    const moved = bands(rows, this.now(), layer.stale_after_s, aged.status) || aged.rows !== rows;
    aged.rows = rows;
    if (moved) aged.bands++;
    return { status: aged.status, bands: aged.bands, moved };
  }

  snapshot(frame: Frame): void {
    const { layer } = frame.header;
    let rows = this.live.get(layer);
    if (!rows) this.live.set(layer, (rows = new Rows()));
    rows.replace(frame);
    this.alive(frame.header);
    if (!this.replaying) this.changed(layer);
  }

  delta(frame: Frame): void {
    const { layer } = frame.header;
    this.live.get(layer)?.change(frame);
    if (!this.replaying) this.changed(layer);
  }

  alive(header: Header | null): void {
    if (header) {
      this.revision = Math.max(header.kind === "snapshot" ? 0 : this.revision, header.revision);
      const offset = header.now - (performance.timeOrigin + performance.now());
      // a frame that was held up makes the server's clock look slow: the smallest delay is nearest to the truth
      if (!this.known || offset > this.offset || Math.abs(offset - this.offset) > 5_000) this.offset = offset;
      this.known = true;
    }
    this.heard();
  }
}

const NOBODY = new Rows();

/** Does any part of this layer need columns? Buildings come as tiles. */
function speaks(layer: LayerSpec): boolean {
  return layer.parts.some((part) => part.engine === "deck" || part.spec["source"] === "columns");
}
