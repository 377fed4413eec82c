// One device may measure several things. Where several shown layers have a symbol for it, the symbols stand side by
// side around its place, like the dials of one instrument, in the order in which the layers are drawn.

import type { Rows } from "./columns";
import type { LayerSpec } from "./types";

const PITCH_PX = 21;
const MOST_IN_A_LINE = 3;

/** Where the k-th of n symbols stands, in pixels from the place of the thing. */
export function stand(k: number, n: number): [number, number] {
  const lines = Math.ceil(n / MOST_IN_A_LINE);
  const line = Math.floor((k * lines) / n);
  const first = Math.ceil((line * n) / lines);
  const inLine = Math.ceil(((line + 1) * n) / lines) - first;
  return [(k - first - (inLine - 1) / 2) * PITCH_PX, (line - (lines - 1) / 2) * PITCH_PX];
}

const NOWHERE: [number, number] = [0, 0];

export class Fan {
  private readonly keys: string[];
  private places = new Map<string, Map<string, [number, number]>>();
  private known = "";
  /** Counts how often anything had to move. */
  version = 0;

  constructor(layers: LayerSpec[]) {
    this.keys = layers
      .filter((layer) => layer.parts.some((part) => Object.values(part.encode).some((rule) => "fan" in rule)))
      .map((layer) => layer.key);
  }

  /** Goes by what is shown now; says whether anything moved. */
  follow(visible: Set<string>, rows: (key: string) => Rows): boolean {
    const shown = this.keys.filter((key) => visible.has(key));
    const told = shown.map((key) => `${key} ${rows(key).ids.join()}`).join("\n");
    if (told === this.known) return false;
    this.known = told;
    this.version++;
    const at = new Map<string, string[]>();
    for (const key of shown) {
      for (const id of rows(key).ids) {
        const others = at.get(id);
        if (others) others.push(key);
        else at.set(id, [key]);
      }
    }
    this.places = new Map(shown.map((key) => [key, new Map()]));
    for (const [id, keys] of at) {
      if (keys.length > 1) keys.forEach((key, k) => this.places.get(key)!.set(id, stand(k, keys.length)));
    }
    return true;
  }

  /** How far the rows of this layer stand aside. */
  of(key: string, rows: Rows): (i: number) => [number, number] {
    const places = this.places.get(key);
    if (!places?.size) return () => NOWHERE;
    return (i) => places.get(rows.ids[i]!) ?? NOWHERE;
  }
}
