// What layers lay on the ground under the buildings: the `geometry` column as GeoJSON, with the properties that the
// layer's paint looks at.

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { STATUSES } from "./status";
import { columnsOf } from "./style";
import type { Rows } from "./columns";
import type { LayerSpec } from "./types";

/** Columns that the paint, layout or filter of a layer's ground parts read. */
function read(spec: unknown, into: Set<string>): Set<string> {
  if (Array.isArray(spec)) {
    if ((spec[0] === "get" || spec[0] === "has") && typeof spec[1] === "string") into.add(spec[1]);
    for (const one of spec) read(one, into);
  } else if (spec && typeof spec === "object") {
    for (const one of Object.values(spec)) read(one, into);
  }
  return into;
}

export class Ground {
  private readonly names = new Map<string, string[]>();
  private readonly shown = new Map<string, string>();

  /** The layers that lay something on the ground. */
  constructor(layers: LayerSpec[]) {
    for (const layer of layers) {
      const parts = layer.parts.filter((part) => part.engine === "maplibre" && part.spec["source"] === "columns");
      if (parts.length) this.names.set(layer.key, [...read(parts.map((part) => part.spec), new Set(["name", "status"]))]);
    }
  }

  draw(map: MapLibre, key: string, rows: Rows, status: Uint8Array): void {
    const names = this.names.get(key);
    const source = names && (map.getSource(columnsOf(key)) as GeoJSONSource | undefined);
    if (!names || !source) return;
    const cells = rows.column("geometry");
    const features: string[] = [];
    if (Array.isArray(cells)) {
      for (let i = 0; i < rows.length; i++) {
        if (!cells[i]) continue;
        const properties: Record<string, unknown> = { id: rows.ids[i] };
        for (const name of names) {
          const value = name === "status" ? STATUSES[status[i]!] : rows.column(name)?.[i];
          if (value !== undefined && !Number.isNaN(value)) properties[name] = value;
        }
        features.push(`{"type":"Feature","properties":${JSON.stringify(properties)},"geometry":${cells[i]}}`);
      }
    }
    const text = `{"type":"FeatureCollection","features":[${features.join()}]}`;
    if (this.shown.get(key) === text) return;
    this.shown.set(key, text);
    try {
      source.setData(JSON.parse(text));
    } catch {
      source.setData({ type: "FeatureCollection", features: [] }); // a geometry that nobody can read draws nothing
    }
  }
}
