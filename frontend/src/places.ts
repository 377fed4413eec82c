// Places one orients by, each kind with a sign of its own: what helps in need first, then stops and schools, then the
// rest. A sign stands where the map has room for it, its name where there is room for that, too.

import bus from "lucide-static/icons/bus-front.svg";
import church from "lucide-static/icons/church.svg";
import drama from "lucide-static/icons/drama.svg";
import flame from "lucide-static/icons/flame.svg";
import hospital from "lucide-static/icons/hospital.svg";
import landmark from "lucide-static/icons/landmark.svg";
import library from "lucide-static/icons/library.svg";
import parking from "lucide-static/icons/circle-parking.svg";
import school from "lucide-static/icons/graduation-cap.svg";
import shield from "lucide-static/icons/shield.svg";
import store from "lucide-static/icons/store.svg";
import train from "lucide-static/icons/train-front.svg";
import trees from "lucide-static/icons/trees.svg";
import volleyball from "lucide-static/icons/volleyball.svg";
import type { LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { PALETTES, type Palette } from "./palette";
import type { Theme } from "./types";

const DRAWN: Record<string, string> = {
  hospital, police: shield, fire_station: flame, station: train, stop: bus, school, worship: church, stage: drama,
  office: landmark, library, shop: store, park: trees, sport: volleyball, parking,
};
/** Finer words of OpenStreetMap for what has a sign of ours. */
const SIGNS: Record<string, string[]> = {
  station: ["station", "bus_station", "halt"],
  worship: ["place_of_worship", "temple", "pagoda", "church"],
  stage: ["theatre", "cinema", "arts_centre"],
  office: ["townhall", "courthouse", "community_centre", "museum", "attraction", "embassy"],
  library: ["library"],
  shop: ["marketplace", "mall", "department_store", "supermarket"],
  park: ["park", "garden"],
  sport: ["stadium", "sports_centre"],
};
const PREFIX = "place";
const SIDE = 20;
const PLATE = 26;

/** Signs are made when the map first asks for one, in the colours of its theme. */
export function signs(map: MapLibre): void {
  map.setMissingStyleImageResolver(async (id) => {
    const [prefix, name, theme] = id.split("/");
    const svg = prefix === PREFIX && name ? DRAWN[name] : undefined;
    const made = svg && (await sign(svg, theme as Theme));
    if (made && !map.hasImage(id)) map.addImage(id, made, { pixelRatio: 2 });
  });
}

async function sign(svg: string, theme: Theme): Promise<ImageData> {
  const palette = PALETTES[theme];
  const image = new Image(SIDE * 2, SIDE * 2);
  image.src = `data:image/svg+xml,${encodeURIComponent(svg.replace(/currentColor/g, palette.sign))}`;
  await image.decode();
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = PLATE * 2;
  const pen = sheet.getContext("2d")!;
  pen.fillStyle = palette.plate;
  pen.strokeStyle = palette.casing;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.roundRect(2, 2, PLATE * 2 - 4, PLATE * 2 - 4, 14);
  pen.fill();
  pen.stroke();
  pen.drawImage(image, PLATE - SIDE * 0.8, PLATE - SIDE * 0.8, SIDE * 1.6, SIDE * 1.6);
  return pen.getImageData(0, 0, sheet.width, sheet.height);
}

const kind: any = ["coalesce", ["get", "kind"], ["get", "class"], ""];

/** Which sign a place has, as the name of an image; what has none of ours is told by its name alone. */
function image(theme: Theme): any {
  const named = Object.keys(DRAWN).filter((name) => !(name in SIGNS));
  const byKind = Object.entries(SIGNS).flatMap(([name, kinds]) => [kinds, name]);
  const name = ["match", kind, ...byKind, ["match", ["get", "class"], named, ["get", "class"], ""]];
  return ["case", ["==", name, ""], "", ["concat", `${PREFIX}/`, name, `/${theme}`]];
}

/** Ranks of places, the least needed first: what is drawn later finds room first. */
export function places(palette: Palette, theme: Theme, name: any): LayerSpecification[] {
  const rank = (id: string, filter: any, from: number, told: number, size: number): LayerSpecification => ({
    id, type: "symbol", source: "basemap", "source-layer": "places", minzoom: from, filter,
    layout: {
      "icon-image": image(theme), "icon-size": ["interpolate", ["linear"], ["zoom"], from, size * 0.8, from + 3, size],
      "icon-padding": 6, "text-field": ["step", ["zoom"], "", told, name], "text-font": ["Inter"],
      "text-size": ["interpolate", ["linear"], ["zoom"], 15, 10.5, 18, 12.5], "text-max-width": 8, "text-optional": true,
      "text-variable-anchor": ["top", "left", "right"], "text-radial-offset": 1.1, "text-justify": "auto", "text-padding": 6,
    },
    paint: {
      "text-color": palette.labels, "text-halo-color": palette.halo, "text-halo-width": 1.4, "text-halo-blur": 0.4,
      "icon-opacity": ["interpolate", ["linear"], ["zoom"], from, 0.6, from + 1, 1],
    },
  });
  const of = (...classes: string[]): any => ["in", ["get", "class"], ["literal", classes]];
  const station: any = ["in", kind, ["literal", SIGNS["station"]!]];
  return [
    rank("label-poi", ["all", of("poi", "parking"), ["!", station]], 16, 16.4, 0.62),
    rank("label-stop", ["all", of("stop"), ["!", station]], 16, 17, 0.56),
    rank("label-school", of("school"), 15, 15.8, 0.68),
    rank("label-station", ["all", of("stop", "poi"), station], 13.5, 14.5, 0.76),
    rank("label-vital", of("hospital", "police", "fire_station"), 14, 15.2, 0.8),
  ];
}
