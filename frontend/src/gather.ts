// Things that lie too close together to be told apart are drawn as one. Which belong together at which zoom the server
// says, as a tree over their places; how they stand is summed up here from the columns, so that a group is as live, or as
// past, as everything else, and wears the worst state of all that it holds.

import type { Rows } from "./columns";
import { decode } from "./frames";
import { accessor, type Look } from "./rules";
import type { LayerSpec, Props } from "./types";

const AGAIN_MS = 60_000; // places change when a register is corrected
const UNKNOWN_MS = 3_000; // something new has appeared, and may belong to a group
const STEP = 0.5; // of zoom, as the server makes them
const NEAR = 1e-6; // degrees
const DEAD = 3;

/** Several things, drawn as one. */
export interface Cluster {
  id: string;
  lon: number;
  lat: number;
  n: number;
  /** How many of them have not spoken for too long. */
  silent: number;
  /** Severity of the worst of them, 1 to 4; 0: none needs anybody. */
  worst: number;
  /** The zoom from which on it is no longer one. */
  until: number;
  bounds: [number, number, number, number];
}

interface Tree {
  ids: string[];
  leaves: Map<string, number>;
  lon: Float64Array;
  lat: Float64Array;
  parent: Float64Array;
  until: Float64Array;
}

export interface Seen {
  visible: Set<string>;
  rows(key: string): Rows;
  age(layer: LayerSpec): { status: Uint8Array; bands: number };
  zoom: number;
}

const NOTHING = new Uint8Array(0);

export class Gathering {
  clusters: Cluster[] = [];
  private tree: Tree | null = null;
  private tag = "";
  private known = "";
  private readonly hidden = new Map<string, { cells: Uint8Array; version: number }>();
  private readonly serials = new WeakMap<Rows, number>();
  private met = 0;
  private asked = 0;
  private timer = 0;
  private unknown = false;
  private at: string | null = null;
  private address = "";
  private stop = new AbortController();

  constructor(
    private layers: LayerSpec[],
    private readonly changed: () => void,
  ) {}

  /** Goes by these props: which layers gather, and of when. */
  follow(props: Props): void {
    this.layers = props.layers.filter((layer) => layer.gathers);
    this.known = "";
    const address = this.layers.length ? (props.clusters ?? "") : "";
    if (address === this.address) {
      this.at = props.at ?? null;
      return;
    }
    this.address = address;
    this.at = props.at ?? null;
    void this.ask();
  }

  close(): void {
    this.stop.abort();
    clearTimeout(this.timer);
  }

  /** Which rows of a layer are drawn within a group, and a number that changes when others are. */
  within(key: string): { cells: Uint8Array; version: number } {
    return this.hidden.get(key) ?? { cells: NOTHING, version: 0 };
  }

  /** Sums up how the groups stand at this zoom; says whether other rows than before are drawn by themselves. */
  sum(seen: Seen): boolean {
    const { tree } = this;
    const shown = this.layers.filter((layer) => seen.visible.has(layer.key));
    const level = Math.floor(seen.zoom / STEP) * STEP;
    const told = tree && `${level} ${shown.map((layer) => `${layer.key} ${this.serial(seen.rows(layer.key))} ${seen.rows(layer.key).version} ${seen.age(layer).bands}`).join()}`;
    if (!tree || !told || told === this.known) return false;
    this.known = told;
    const found = new Map<number, Cluster & { things: Map<number, [status: number, worst: number]> }>();
    const homes = new Map<string, Int32Array>();
    this.unknown = false;
    for (const layer of shown) homes.set(layer.key, this.count(layer, seen, tree, level, found));
    let other = false;
    for (const layer of this.layers) {
      const rows = seen.rows(layer.key);
      const home = homes.get(layer.key);
      const cells = new Uint8Array(home ? rows.length : 0);
      for (let i = 0; i < cells.length; i++) cells[i] = home![i]! >= 0 && found.get(home![i]!)!.things.size > 1 ? 1 : 0;
      other = this.hide(layer.key, cells) || other;
    }
    this.clusters = [...found.values()].filter(({ things }) => things.size > 1).map(({ things, ...cluster }) => {
      const states = [...things.values()];
      return { ...cluster, n: states.length, silent: states.filter(([status]) => status > 1).length, worst: worst(states) };
    });
    if (this.unknown) this.later(UNKNOWN_MS);
    return other;
  }

  /** Counts the rows of a layer into the groups that hold them; gives the group of each, -1 where it stands alone. */
  private count(layer: LayerSpec, seen: Seen, tree: Tree, level: number, into: Map<number, any>): Int32Array {
    const rows = seen.rows(layer.key);
    const { status } = seen.age(layer);
    const [lon, lat] = [rows.column("lon"), rows.column("lat")];
    const need = severity(layer, rows, status);
    const home = new Int32Array(rows.length).fill(-1);
    for (let i = 0; i < rows.length; i++) {
      const leaf = tree.leaves.get(rows.ids[i]!);
      const [x, y] = [Number(lon?.[i]), Number(lat?.[i])];
      if (Number.isNaN(x) || Number.isNaN(y)) continue;
      if (leaf === undefined || Math.abs(tree.lon[leaf]! - x) > NEAR || Math.abs(tree.lat[leaf]! - y) > NEAR) {
        this.unknown = true; // it stands by itself until the server has told where it belongs
        continue;
      }
      let node = leaf;
      for (let up = tree.parent[node]!; !Number.isNaN(up) && tree.until[up]! > level; up = tree.parent[node]!) node = up;
      if (node === leaf) continue;
      home[i] = node;
      let cluster = into.get(node);
      if (!cluster) {
        const bounds = [Infinity, Infinity, -Infinity, -Infinity];
        cluster = { id: tree.ids[node], lon: tree.lon[node], lat: tree.lat[node], until: tree.until[node], bounds, things: new Map() };
        into.set(node, cluster);
      }
      const { bounds, things } = cluster;
      [bounds[0], bounds[1]] = [Math.min(bounds[0], x), Math.min(bounds[1], y)];
      [bounds[2], bounds[3]] = [Math.max(bounds[2], x), Math.max(bounds[3], y)];
      const was = things.get(leaf);
      const now = need(i);
      things.set(leaf, was ? [Math.max(was[0], status[i]!), Math.min(was[1] || 9, now || 9) % 9] : [status[i]!, now]);
    }
    return home;
  }

  /** Live rows and past ones are not the same, though both may have changed as often. */
  private serial(rows: Rows): number {
    let found = this.serials.get(rows);
    if (!found) this.serials.set(rows, (found = ++this.met));
    return found;
  }

  private hide(key: string, cells: Uint8Array): boolean {
    const was = this.hidden.get(key);
    if (was && was.cells.length === cells.length && cells.every((cell, i) => cell === was.cells[i])) return false;
    if (!was && !cells.some(Boolean)) return false;
    this.hidden.set(key, { cells, version: (was?.version ?? 0) + 1 });
    return true;
  }

  /** Everything stands by itself again. */
  private part(): void {
    this.tree = null;
    this.tag = "";
    this.clusters = [];
    for (const key of this.hidden.keys()) this.hide(key, NOTHING);
    this.changed();
  }

  private later(pause: number): void {
    clearTimeout(this.timer);
    const since = performance.now() - this.asked;
    this.timer = window.setTimeout(() => void this.ask(), Math.max(pause - since, UNKNOWN_MS / 3));
  }

  private async ask(): Promise<void> {
    this.stop.abort();
    const stop = (this.stop = new AbortController());
    this.asked = performance.now();
    if (!this.address) return this.part();
    try {
      const when = this.at ? `?at=${encodeURIComponent(this.at)}` : "";
      const headers: Record<string, string> = this.tag ? { "If-None-Match": this.tag } : {};
      const answer = await fetch(this.address + when, { headers, cache: "no-store", signal: stop.signal });
      if (answer.ok) {
        this.tree = read(decode(await answer.arrayBuffer()).columns);
        this.tag = answer.headers.get("ETag") ?? "";
        this.known = "";
        this.changed();
      }
    } catch {
      // without a tree everything is drawn by itself
    }
    if (!stop.signal.aborted) this.later(AGAIN_MS);
  }
}

const worst = (states: [number, number][]): number => Math.min(9, ...states.map(([, need]) => need || 9)) % 9;

/** How badly a row needs a person, 1 to 4, 0 not at all: as the attention list has it, by its value or by its silence. */
function severity(layer: LayerSpec, rows: Rows, status: Uint8Array): (i: number) => number {
  const look = { rows, status, theme: "night", language: "en" } as unknown as Look;
  const need = layer.worst ? accessor("worst", layer.worst, look) : () => 0;
  const [online, interval, observed] = ["online", "interval_s", "observed_at"].map((name) => rows.column(name));
  const known = (cells: typeof online, i: number) => !!cells && !Number.isNaN(cells[i] as number);
  return (i) => {
    const promised = known(interval, i) || known(observed, i);
    const silent = promised && status[i]! > 1;
    const own = !silent || (known(online, i) && !online![i]) ? Number(need(i)) : 0;
    return own || (silent ? (status[i] === DEAD ? 3 : 4) : 0);
  };
}

function read(columns: Map<string, unknown>): Tree {
  const ids = columns.get("id") as string[];
  const [lon, lat, parent, until] = ["lon", "lat", "parent", "until"].map((name) => columns.get(name) as Float64Array);
  const leaves = new Map<string, number>();
  ids.forEach((id, i) => until![i] === Infinity && leaves.set(id, i));
  return { ids, leaves, lon: lon!, lat: lat!, parent: parent!, until: until! };
}
