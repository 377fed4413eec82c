// Names on the map: streets along their line, districts in spaced capitals, house numbers from close by, only what the
// scale can carry. A place is called as its people call it; a reader of English gets the English name below, smaller.

import type { LayerSpecification } from "maplibre-gl";
import type { Palette } from "./palette";
import { places } from "./places";
import type { Theme } from "./types";

const PLAIN = ["Inter"];
const MEDIUM = ["Inter Medium"];
const STRONG = ["Inter Semibold"];

function named(language: string, smaller: number, between = "\n"): any {
  const name = ["coalesce", ["get", "name"], ["get", "name_en"], ""];
  if (language !== "en") return name;
  // an English name that only leaves the marks of the other out tells a reader nothing
  const marks = ["collator", { "case-sensitive": false, "diacritic-sensitive": false, locale: "en" }];
  const other = ["all", ["has", "name_en"], ["!=", ["get", "name_en"], ["coalesce", ["get", "name"], ""], marks]];
  return ["case", other, ["format", name, {}, between, {}, ["get", "name_en"], { "font-scale": smaller }], name];
}

const size = (...stops: number[]): any => ["interpolate", ["linear"], ["zoom"], ...stops];
const is = (...classes: string[]): any => ["in", ["get", "class"], ["literal", classes]];

/** All names. `divided`: a layer of the city's own districts is shown, and names them itself. */
export function labels(palette: Palette, language: string, theme: Theme, divided: boolean): LayerSpecification[] {
  const halo = { "text-halo-color": palette.halo, "text-halo-width": 1.4, "text-halo-blur": 0.4 };
  const street = (id: string, classes: string[], from: number, sizes: number[], colour: string): LayerSpecification => ({
    id, type: "symbol", source: "basemap", "source-layer": "roads", minzoom: from,
    filter: ["all", ["has", "name"], is(...classes)],
    layout: {
      "symbol-placement": "line", "symbol-spacing": 380, "text-field": named(language, 0.84, "   "), "text-font": PLAIN,
      "text-size": size(...sizes), "text-max-angle": 32, "text-padding": 6, "text-letter-spacing": 0.02,
      "text-rotation-alignment": "map", "text-pitch-alignment": "viewport",
    },
    paint: { "text-color": colour, ...halo },
  });
  const place = (id: string, classes: string[], [from, to]: [number, number], layout: object, colour: string): LayerSpecification => ({
    id, type: "symbol", source: "basemap", "source-layer": "places", minzoom: from, maxzoom: to, filter: is(...classes),
    layout: {
      "text-field": named(language, 0.72), "text-font": MEDIUM, "text-max-width": 8, "text-line-height": 1.25,
      "text-padding": 8, ...layout,
    },
    paint: { "text-color": colour, ...halo, "text-halo-width": 1.8 },
  });
  const capitals = (spacing: number) => ({ "text-transform": "uppercase", "text-letter-spacing": spacing });
  return [
    {
      id: "label-address", type: "symbol", source: "basemap", "source-layer": "addresses", minzoom: 17, filter: ["has", "number"],
      layout: { "text-field": ["get", "number"], "text-font": PLAIN, "text-size": size(17, 9.5, 19, 12), "text-padding": 3 },
      paint: { "text-color": palette.labelsQuiet, ...halo },
    },
    {
      id: "label-waterway", type: "symbol", source: "basemap", "source-layer": "waterway", minzoom: 13, filter: ["has", "name"],
      layout: {
        "symbol-placement": "line", "text-field": ["get", "name"], "text-font": ["Inter Italic"], "text-size": size(13, 11, 17, 15),
        "text-letter-spacing": 0.12, "symbol-spacing": 480, "text-max-angle": 30,
      },
      paint: { "text-color": palette.labelsWater, "text-halo-color": palette.water, "text-halo-width": 1.2 },
    },
    {
      id: "label-water", type: "symbol", source: "basemap", "source-layer": "water", minzoom: 13, filter: ["has", "name"],
      layout: { "text-field": named(language, 0.8), "text-font": ["Inter Italic"], "text-size": size(13, 11, 17, 15), "text-letter-spacing": 0.08, "text-max-width": 7 },
      paint: { "text-color": palette.labelsWater, "text-halo-color": palette.water, "text-halo-width": 1.2 },
    },
    street("label-street", ["residential", "unclassified", "living_street", "pedestrian", "service"], 15.6, [15.6, 10.5, 18, 13.5], palette.labelsQuiet),
    street("label-street-major", ["secondary", "tertiary"], 13.6, [13.6, 10.5, 18, 14.5], palette.labels),
    street("label-street-main", ["primary", "trunk", "motorway"], 12.6, [12.6, 10.5, 18, 15], palette.labels),
    ...places(palette, theme, named(language, 0.84)),
    place("label-quarter", ["quarter", "neighbourhood", "suburb"], [13, 17], { "text-size": size(13, 10.5, 16, 13.5), ...capitals(0.14) }, palette.labels),
    ...(divided ? [] : [place("label-district", ["district", "borough"], [10.5, 15.5], { "text-size": size(10.5, 11, 15, 17), ...capitals(0.22) }, palette.labels)]),
    place("label-city", ["city", "town"], [6, 12.5], { "text-size": size(6, 13, 12, 24), "text-font": STRONG, "text-letter-spacing": 0.04 }, palette.text),
  ];
}
