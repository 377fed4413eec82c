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
/** OpenStreetMap's words, and the simulated city's, for what has a sign of ours. */
const SIGNS: Record<string, string[]> = {
  hospital: ["hospital", "clinic"],
  police: ["police"],
  fire_station: ["fire_station"],
  station: ["station", "bus_station", "ferry_terminal"],
  stop: ["stop", "bus_stop", "tram_stop", "platform", "halt"],
  school: ["school", "university", "college", "kindergarten"],
  parking: ["parking"],
  worship: ["place_of_worship", "temple", "pagoda", "church"],
  stage: ["theatre", "cinema", "arts_centre"],
  office: ["townhall", "courthouse", "community_centre", "museum", "attraction", "embassy", "office"],
  library: ["library"],
  shop: ["marketplace", "market", "mall", "department_store", "supermarket"],
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

/** Which sign a place has, by its finer word or by its class; "" where we have none, and its name stands alone. */
const SIGN: any = [
  "match", ["coalesce", ["get", "kind"], ""], ...Object.entries(SIGNS).flatMap(([sign, kinds]) => [kinds, sign]),
  ["match", ["coalesce", ["get", "class"], ""], Object.keys(SIGNS), ["get", "class"], ""],
];
const AREAS = ["city", "town", "district", "borough", "quarter", "neighbourhood", "suburb"];

/** Ranks of places, the least needed first: what is drawn later finds room first. */
export function places(palette: Palette, theme: Theme, name: any): LayerSpecification[] {
  const rank = (id: string, filter: any, from: number, told: number, size: number): LayerSpecification => ({
    id, type: "symbol", source: "basemap", "source-layer": "places", minzoom: from, filter,
    layout: {
      "icon-image": ["case", ["==", SIGN, ""], "", ["concat", `${PREFIX}/`, SIGN, `/${theme}`]], "icon-size": ["interpolate", ["linear"], ["zoom"], from, size * 0.8, from + 3, size],
      "icon-padding": 6, "text-field": ["step", ["zoom"], "", told, name], "text-font": ["Inter"],
      "text-size": ["interpolate", ["linear"], ["zoom"], 15, 10.5, 18, 12.5], "text-max-width": 8, "text-optional": true,
      "text-variable-anchor": ["top", "left", "right"], "text-radial-offset": 1.1, "text-justify": "auto", "text-padding": 6,
    },
    paint: {
      "text-color": palette.labels, "text-halo-color": palette.halo, "text-halo-width": 1.4, "text-halo-blur": 0.4,
      "icon-opacity": ["interpolate", ["linear"], ["zoom"], from, 0.6, from + 1, 1],
    },
  });
  const vital = ["hospital", "police", "fire_station"];
  const of = (...signs: string[]): any => ["in", SIGN, ["literal", signs]];
  const rest: any = ["all", ["!", of(...vital, "station", "school", "stop")], ["!", ["in", ["get", "class"], ["literal", AREAS]]]];
  return [
    rank("label-poi", rest, 16, 16.4, 0.8),
    rank("label-stop", of("stop"), 16, 17, 0.72),
    rank("label-school", of("school"), 15, 15.8, 0.86),
    rank("label-station", of("station"), 13.5, 14.5, 0.95),
    rank("label-vital", of(...vital), 14, 15.2, 0.95),
  ];
}
