// A stretch of the past of one layer, loaded whole: every moment of it is found here without asking anybody.

import { Rows } from "./columns";
import type { Column, Frame, Numbers } from "./frames";

const OWN = new Set(["thing", "since", "there"]);
const NEAR_NOW_MS = 10 * 60_000; // what is this young may still be told of late
const YOUNG_MS = 20_000;
const OLD_MS = 10 * 60_000;

export class Loaded {
  /** It holds from `start` on and before `until`, in epoch milliseconds. */
  readonly start: number;
  readonly until: number;
  private readonly fixed: [string, Column][] = [];
  private readonly moving: [string, Column][] = [];
  private readonly edges: Uint32Array;
  private readonly since: Numbers;
  private readonly there: Numbers;
  private readonly revision: number;
  private readonly good: number;
  private readonly come = performance.now();
  private last: { rows: Rows; picks: Int32Array } | null = null;

  constructor(
    frame: Frame,
    /** Milliseconds between the moments that it holds; 0: it holds all. */
    readonly step: number,
  ) {
    const { header, columns } = frame;
    this.start = header.at ?? NaN;
    this.until = header.until ?? NaN;
    this.revision = header.revision;
    this.good = header.now - this.until < NEAR_NOW_MS ? YOUNG_MS : OLD_MS;
    const own = new Set(header.columns.filter((column) => column.rows !== undefined).map((column) => column.name));
    for (const [name, cells] of columns) if (!OWN.has(name)) (own.has(name) ? this.moving : this.fixed).push([name, cells]);
    const things = columns.get("thing") as Numbers;
    this.since = columns.get("since") as Numbers;
    this.there = columns.get("there") as Numbers;
    this.edges = new Uint32Array(header.rows + 1);
    for (let i = 0; i < things.length; i++) this.edges[things[i]! + 1]!++;
    for (let i = 0; i < header.rows; i++) this.edges[i + 1]! += this.edges[i]!;
  }

  covers(time: number): boolean {
    return this.start <= time && time < this.until;
  }

  /** Is it still what one would be told if one asked again? */
  get fresh(): boolean {
    return performance.now() - this.come < this.good;
  }

  /** The rows of this moment; the same object as before where none has changed. */
  at(time: number): Rows {
    const picks = this.picks(time);
    if (this.last && same(this.last.picks, picks)) return this.last.rows;
    const whose = new Uint32Array(picks.length);
    const which = new Uint32Array(picks.length);
    let n = 0;
    for (let i = 0; i < picks.length; i++) {
      if (picks[i]! < 0) continue;
      whose[n] = i;
      which[n++] = picks[i]!;
    }
    const columns = new Map<string, Column>();
    for (const [name, cells] of this.fixed) columns.set(name, n === picks.length ? cells : gathered(cells, whose, n));
    for (const [name, cells] of this.moving) columns.set(name, gathered(cells, which, n));
    const rows = new Rows();
    rows.replace({ header: { revision: this.revision }, columns } as Frame);
    this.last = { rows, picks };
    return rows;
  }

  /** For each thing the last of its moments that is not after this time; -1: it was not there. */
  private picks(time: number): Int32Array {
    const { edges, since, there } = this;
    const picks = new Int32Array(edges.length - 1);
    for (let i = 0; i < picks.length; i++) {
      let low = edges[i]!;
      let high = edges[i + 1]!;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (since[middle]! <= time) low = middle + 1;
        else high = middle;
      }
      picks[i] = low > edges[i]! && there[low - 1] ? low - 1 : -1;
    }
    return picks;
  }
}

function gathered(cells: Column, places: Uint32Array, n: number): Column {
  if (Array.isArray(cells)) {
    const told: string[] = new Array(n);
    for (let i = 0; i < n; i++) told[i] = cells[places[i]!]!;
    return told;
  }
  const told = new (cells.constructor as { new (n: number): Numbers })(n);
  for (let i = 0; i < n; i++) told[i] = cells[places[i]!]!;
  return told;
}

function same(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
