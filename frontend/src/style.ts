// The whole picture under the live layers as one value: ground, water, streets, what layers lay on the ground,
// buildings, names. Two such values are compared, and only what differs is told to MapLibre: a change of theme keeps
// every source, every tile and every live layer.

import type { LayerSpecification, LightSpecification, Map as MapLibre, SkySpecification, SourceSpecification } from "maplibre-gl";
import { light, sky } from "./heaven";
import { labels } from "./labels";
import { PALETTES, theme, themed, type Palette } from "./palette";
import { rail, roads } from "./roads";
import type { LayerSpec, Light, Props } from "./types";

export interface Style {
  sources: Record<string, SourceSpecification>;
  layers: LayerSpecification[];
  light: LightSpecification;
  sky: SkySpecification;
}

const NOTHING = { type: "FeatureCollection", features: [] } as any;
const PARTS_FROM = 8;
const PARTS_TO = 15;

/** The source that a layer's ground parts read: its own columns as GeoJSON. */
export const columnsOf = (key: string): string => `columns-${key}`;

export interface Seen {
  shade: Light;
  language: string;
  layers: LayerSpec[];
  visible: Set<string>;
  tiles: Props["tiles"];
  light: Props["light"];
  building: string | null;
  looks: Record<string, string>;
  /** Do the city's own districts stand on the map, with their names? */
  divided: boolean;
  /** Is it a plan, on which buildings lie flat? */
  flat: boolean;
}

export function style(seen: Seen): Style {
  const palette = PALETTES[seen.shade];
  const sources: Style["sources"] = {};
  const tiled = !!seen.tiles?.version;
  if (seen.tiles && tiled) {
    const bounds = seen.tiles.bounds ? { bounds: seen.tiles.bounds } : {};
    const tiles = (set: string) => [`${location.origin}/tiles/${set}/{z}/{x}/{y}?v=${encodeURIComponent(seen.tiles!.version)}`];
    sources["basemap"] = { type: "vector", tiles: tiles("basemap"), minzoom: PARTS_FROM, maxzoom: PARTS_TO, ...bounds };
    sources["buildings"] = { type: "vector", tiles: tiles("buildings"), minzoom: 12, maxzoom: PARTS_TO, promoteId: "id", ...bounds };
  }
  const ground: LayerSpecification[] = [];
  const raised: LayerSpecification[] = [];
  const named: LayerSpecification[] = [];
  for (const layer of seen.layers) {
    for (const [i, part] of (layer.looks?.[seen.looks[layer.key] ?? ""] ?? layer.parts).entries()) {
      if (part.engine !== "maplibre") continue;
      const made = drawn(layer, part.spec, i, seen, palette);
      if (part.spec["source"] === "columns") sources[columnsOf(layer.key)] = { type: "geojson", data: NOTHING };
      else if (!tiled) continue;
      const standing = part.spec["source"] === "buildings" && part.spec["type"] === "fill-extrusion";
      (standing ? raised : part.spec["type"] === "symbol" ? named : ground).push(made);
    }
  }
  const standing = raised.some((layer) => layer.layout?.visibility !== "none");
  const layers: LayerSpecification[] = [
    { id: "ground", type: "background", paint: { "background-color": palette.land } },
    ...(tiled ? [...nature(palette), ...roads(palette), ...rail(palette)] : []),
    ...ground,
    ...(tiled && standing ? feet(palette, seen) : []),
    ...raised,
    ...named,
    ...(tiled ? labels(palette, seen.language, theme(seen.shade), seen.divided) : []),
  ];
  return { sources, layers, light: light(seen.shade, seen.light), sky: sky(seen.shade, seen.light) };
}

function drawn(layer: LayerSpec, spec: Record<string, any>, i: number, seen: Seen, palette: Palette): LayerSpecification {
  const { id, source, paint, layout, ...rest } = spec;
  const colours = themed(paint ?? {}, theme(seen.shade)) as Record<string, any>;
  if (spec["type"] === "fill-extrusion" && source === "buildings") {
    const own = seen.shade === "dusk" && !seen.looks[layer.key] ? lit(palette) : colours["fill-extrusion-color"] ?? palette.buildingLow;
    colours["fill-extrusion-color"] = ["case", ["boolean", ["feature-state", "selected"], false], palette.selection, own];
    colours["fill-extrusion-vertical-gradient"] = true;
    if (seen.flat) colours["fill-extrusion-height"] = colours["fill-extrusion-base"] = 0;
  }
  const letters = spec["type"] === "symbol" ? { "text-font": ["Inter Medium"] } : {};
  if (spec["type"] === "symbol") colours["text-halo-color"] ??= palette.halo;
  return {
    ...rest,
    id: `${layer.key}/${id ?? i}`,
    source: source === "columns" ? columnsOf(layer.key) : source,
    paint: colours,
    layout: { ...letters, ...themed(layout ?? {}, theme(seen.shade)), visibility: seen.visible.has(layer.key) ? "visible" : "none" },
  } as LayerSpecification;
}

/** At dusk towers are lit from within, the more the higher: there the last sun and the first lamps are. */
function lit(palette: Palette): any {
  const height = ["coalesce", ["get", "height"], 0];
  return ["interpolate", ["linear"], height, 4, palette.buildingLow, 28, palette.buildingMid, 110, palette.buildingHigh];
}

function nature(palette: Palette): LayerSpecification[] {
  const from = (layer: string) => ({ source: "basemap", "source-layer": layer }) as const;
  return [
    { id: "land", type: "fill", ...from("land"), paint: { "fill-color": palette.land } },
    {
      id: "green", type: "fill", ...from("green"),
      paint: { "fill-color": palette.green, "fill-opacity": ["match", ["get", "class"], ["farmland", "orchard", "grass", "allotments"], 0.45, 0.9] },
    },
    { id: "water", type: "fill", ...from("water"), paint: { "fill-color": palette.water } },
    { id: "water-edge", type: "line", ...from("water"), paint: { "line-color": palette.waterEdge, "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.4, 16, 1.6] } },
    {
      id: "waterway", type: "line", ...from("waterway"), minzoom: 10, layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": palette.water, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 10, 0.8, 14, 2.5, 18, 14] },
    },
  ];
}

/** Where buildings meet the ground: a soft shade around each foot, and the outline of the selected one. */
function feet(palette: Palette, seen: Seen): LayerSpecification[] {
  const from = { type: "line", source: "buildings", "source-layer": "buildings" } as const;
  return [
    {
      id: "building-shade", ...from, minzoom: 14,
      paint: {
        "line-color": palette.shade,
        "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 14, 3, 18, 26],
        "line-blur": ["interpolate", ["exponential", 1.6], ["zoom"], 14, 3, 18, 26],
        "line-opacity": seen.shade === "day" ? 0.28 : 0.55,
      },
    },
    {
      id: "building-flat-edge", ...from, minzoom: 15,
      filter: ["all", ["!", ["has", "height"]], ["!", ["to-boolean", ["get", "has_parts"]]]],
      paint: { "line-color": palette.labelsQuiet, "line-width": 1, "line-dasharray": [2, 2], "line-opacity": 0.5 },
    },
    {
      id: "building-selected", ...from, filter: ["==", ["get", "id"], seen.building ?? ""], layout: { "line-join": "round" },
      paint: { "line-color": palette.selection, "line-width": 4, "line-blur": 0.5 },
    },
  ];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Tells the map what differs between two styles, and nothing else. */
export function apply(map: MapLibre, before: Style | null, after: Style): void {
  const had = new Map(before?.layers.map((layer) => [layer.id, layer]));
  const has = new Map(after.layers.map((layer) => [layer.id, layer]));
  const source = (layer: LayerSpecification) => ("source" in layer ? layer.source : "");
  const moved = Object.keys(before?.sources ?? {}).filter((id) => !same(before!.sources[id], after.sources[id]));
  const goes = (layer: LayerSpecification) => {
    const next = has.get(layer.id);
    return !next || next.type !== layer.type || moved.includes(String(source(layer))) || !same([source(next)], [source(layer)]);
  };
  for (const layer of had.values()) {
    if (!goes(layer)) continue;
    map.removeLayer(layer.id);
    had.delete(layer.id);
  }
  for (const id of moved) map.removeSource(id);
  for (const [id, told] of Object.entries(after.sources)) if (!map.getSource(id)) map.addSource(id, told);
  let above: string | undefined;
  for (const layer of [...after.layers].reverse()) {
    const old = had.get(layer.id);
    if (old) change(map, old, layer);
    else map.addLayer(layer, above);
    above = layer.id;
  }
  if (!same(before?.light, after.light)) map.setLight(after.light);
  if (!same(before?.sky, after.sky)) map.setSky(after.sky);
}

function change(map: MapLibre, old: LayerSpecification, next: LayerSpecification): void {
  if (same(old, next)) return;
  const filter = (layer: LayerSpecification) => ("filter" in layer ? layer.filter : undefined);
  if (!same(filter(old), filter(next))) map.setFilter(next.id, filter(next) ?? null);
  for (const kind of ["paint", "layout"] as const) {
    const was = (old[kind] ?? {}) as Record<string, unknown>;
    const now = (next[kind] ?? {}) as Record<string, unknown>;
    for (const name of new Set([...Object.keys(was), ...Object.keys(now)])) {
      if (same(was[name], now[name])) continue;
      if (kind === "paint") map.setPaintProperty(next.id, name as any, now[name] as any);
      else map.setLayoutProperty(next.id, name as any, now[name] as any);
    }
  }
}
