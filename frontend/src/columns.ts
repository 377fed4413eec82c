// The rows of one layer as columns: a snapshot replaces them, a delta writes into them. No row is ever an object here.

import type { Column, Frame, Numbers } from "./frames";

export class Rows {
  ids: string[] = [];
  readonly columns = new Map<string, Column>();
  revision = -1;
  /** Counts every change, so that drawing knows what it has already drawn. */
  version = 0;
  private places = new Map<string, number>();

  get length(): number {
    return this.ids.length;
  }

  place(id: string): number {
    return this.places.get(id) ?? -1;
  }

  /** The cells of a column, exactly as many as there are rows. */
  column(name: string): Column | undefined {
    const column = this.columns.get(name);
    if (!column || Array.isArray(column)) return column;
    return column.length === this.length ? column : column.subarray(0, this.length);
  }

  /** One row as an object, for a person or a test to look at. */
  row(id: string): Record<string, unknown> | null {
    const at = this.place(id);
    if (at < 0) return null;
    return Object.fromEntries([...this.columns].map(([name, cells]) => [name, cells[at]]));
  }

  replace(frame: Frame): void {
    this.ids = (frame.columns.get("id") as string[] | undefined) ?? [];
    this.columns.clear();
    for (const [name, cells] of frame.columns) this.columns.set(name, cells);
    this.places = new Map(this.ids.map((id, i) => [id, i]));
    this.revision = frame.header.revision;
    this.version++;
  }

  change(frame: Frame): void {
    for (const id of frame.header.gone) this.remove(id);
    const ids = (frame.columns.get("id") as string[] | undefined) ?? [];
    const to = ids.map((id) => this.places.get(id) ?? this.add(id));
    for (const [name, cells] of frame.columns) {
      if (name === "id") continue;
      const own = this.room(name, cells);
      for (let i = 0; i < to.length; i++) own[to[i]!] = cells[i]!;
    }
    this.revision = frame.header.revision;
    this.version++;
  }

  clear(): void {
    this.ids = [];
    this.columns.clear();
    this.places.clear();
    this.revision = -1;
    this.version++;
  }

  private add(id: string): number {
    const at = this.ids.length;
    this.ids.push(id);
    this.places.set(id, at);
    // what this row's frame leaves out is not known, whatever an earlier owner of the place left behind
    for (const [name, cells] of this.columns) {
      if (name === "id") continue;
      if (Array.isArray(cells)) cells[at] = "";
      else this.room(name, cells)[at] = NaN;
    }
    return at;
  }

  /** The last row takes the place of the one that goes. */
  private remove(id: string): void {
    const at = this.places.get(id);
    if (at === undefined) return;
    const last = this.ids.length - 1;
    const moved = this.ids[last]!;
    for (const [name, cells] of this.columns) {
      if (name !== "id") cells[at] = cells[last]!;
    }
    this.ids[at] = moved;
    this.ids.pop();
    this.places.set(moved, at);
    this.places.delete(id);
    for (const [name, cells] of this.columns) if (name !== "id" && Array.isArray(cells)) cells.length = last;
    if (!this.columns.has("id")) this.columns.set("id", this.ids);
  }

  /** The column with room for all rows, made when it is new. */
  private room(name: string, like: Column): Column {
    const own = this.columns.get(name);
    if (Array.isArray(own)) return own;
    if (!own && Array.isArray(like)) {
      const made: string[] = new Array(this.length).fill("");
      this.columns.set(name, made);
      return made;
    }
    if (own && own.length >= this.length) return own;
    const kind = (own ?? like).constructor as { new (n: number): Numbers };
    const grown = new kind(Math.ceil(this.length * 1.5) + 16).fill(NaN);
    if (own) grown.set(own);
    this.columns.set(name, grown);
    return grown;
  }
}
