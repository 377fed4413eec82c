// Where the map is looked at from: moves that the page asks for, and what the page is told of moves by hand.

import type { Map as MapLibre } from "maplibre-gl";
import { skyline } from "./horizon";
import { covered } from "./panels";
import type { Camera, Outputs } from "./types";

const FLIGHT_MS = 1_400;
const AIR_PX = 40;
const FAR = 0.06; // of the picture, below the horizon: what is farther fades into the haze, and nobody sees it

/** To ease there, or be there at once where nothing may move; where bounds are asked for, no further away than `least`. */
export function go(map: MapLibre, camera: Camera, still: boolean, least = 0): void {
  const pitch = camera.pitch ?? map.getPitch();
  const bearing = camera.bearing ?? map.getBearing();
  const whole = camera.bounds && framed(map, camera.bounds, camera.zoom, bearing);
  if (whole) whole.zoom = Math.max(whole.zoom ?? 0, least);
  const target = { center: [camera.lon, camera.lat] as [number, number], zoom: camera.zoom, pitch, bearing, ...whole };
  if (still || camera.flight === 0) map.jumpTo(target);
  else map.easeTo({ ...target, duration: camera.flight ?? FLIGHT_MS, essential: false });
}

/** Where all of these bounds are seen beside the page's panels, no closer than `most`. */
function framed(map: MapLibre, bounds: [number, number, number, number], most: number, bearing: number) {
  const { top, right, bottom, left } = covered(map);
  const padding = { top: top + AIR_PX, right: right + AIR_PX, bottom: bottom + AIR_PX, left: left + AIR_PX };
  const found = map.cameraForBounds(bounds, { padding, bearing, maxZoom: most });
  return found ? { center: found.center, zoom: found.zoom } : null;
}

/** The ground that is really to be seen, beside the panels and below the horizon: a ring of four places. */
function seen(map: MapLibre): [number, number][] {
  const { top, bottom, left, right } = covered(map);
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const high = Math.max(top, skyline(map, height) + FAR * height);
  const corners: [number, number][] = [[left, height - bottom], [width - right, height - bottom], [width - right, high], [left, high]];
  return corners.map((corner) => map.unproject(corner)).map(({ lng, lat }) => [round(lng, 6), round(lat, 6)]);
}

const round = (number: number, digits: number): number => Number(number.toFixed(digits));

export function view(map: MapLibre): NonNullable<Outputs["view"]> {
  const { lng, lat } = map.getCenter();
  const bounds = map.getBounds();
  return {
    lon: round(lng, 6),
    lat: round(lat, 6),
    zoom: round(map.getZoom(), 3),
    pitch: round(map.getPitch(), 2),
    bearing: round(map.getBearing(), 2),
    bbox: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((edge) => round(edge, 6)),
    seen: seen(map),
  };
}
