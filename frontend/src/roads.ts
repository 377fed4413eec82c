// Streets by class: all casings lie under all fills, so that crossings run together instead of cutting each other.

import type { LayerSpecification } from "maplibre-gl";
import type { Palette } from "./palette";

interface Road {
  name: string;
  classes: string[];
  /** Width in px at zoom 12, 15 and 18. */
  widths: [number, number, number];
  from: number;
  major?: boolean;
}

const ROADS: Road[] = [
  { name: "path", classes: ["path", "footway", "steps", "pedestrian", "cycleway", "track"], widths: [0.2, 0.8, 3], from: 14.5 },
  { name: "service", classes: ["service"], widths: [0.3, 1.4, 7], from: 14 },
  { name: "residential", classes: ["residential", "unclassified", "living_street"], widths: [0.6, 3.2, 14], from: 12 },
  { name: "secondary", classes: ["secondary", "tertiary"], widths: [1.4, 5.5, 21], from: 10.5, major: true },
  { name: "primary", classes: ["primary", "trunk"], widths: [2, 7.5, 27], from: 8, major: true },
  { name: "motorway", classes: ["motorway"], widths: [2.4, 8.5, 30], from: 8, major: true },
];

const width = ([far, middle, near]: [number, number, number], more = 0): any => [
  "interpolate", ["exponential", 1.6], ["zoom"],
  9, far * 0.35 + more * 0.3, 12, far + more * 0.6, 15, middle + more, 18, near + more * 1.6,
];

const only = (road: Road): any => ["in", ["get", "class"], ["literal", road.classes]];

export function roads(palette: Palette): LayerSpecification[] {
  const line = (road: Road, kind: "casing" | "fill"): LayerSpecification => ({
    id: `road-${road.name}-${kind}`,
    type: "line",
    source: "basemap",
    "source-layer": "roads",
    minzoom: kind === "casing" ? Math.max(road.from, 12.5) : road.from,
    filter: only(road),
    layout: { "line-cap": kind === "fill" || road.major ? "round" : "butt", "line-join": "round" },
    paint: {
      "line-color": kind === "casing" ? palette.casing : road.major ? palette.streetsMajor : palette.streets,
      "line-width": width(road.widths, kind === "casing" ? 2 : 0),
      "line-opacity": kind === "fill" && road.name === "path" ? 0.75 : 1,
    },
  });
  const wide = ROADS.filter((road) => road.name !== "path");
  return [...wide.map((road) => line(road, "casing")), ...ROADS.map((road) => line(road, "fill"))];
}

export function rail(palette: Palette): LayerSpecification[] {
  const base = { type: "line", source: "basemap", "source-layer": "rail", minzoom: 11 } as const;
  return [
    { id: "rail", ...base, paint: { "line-color": palette.rail, "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.7, 16, 2] } },
    {
      id: "rail-sleepers", ...base, minzoom: 14,
      paint: { "line-color": palette.rail, "line-width": ["interpolate", ["linear"], ["zoom"], 14, 3, 18, 8], "line-dasharray": [0.25, 3] },
    },
  ];
}
