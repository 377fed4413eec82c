// Where the map is looked at from: moves that the page asks for, and what the page is told of moves by hand.

import type { Map as MapLibre } from "maplibre-gl";
import type { Camera, Outputs } from "./types";

const FLIGHT_MS = 1_400;

/** To ease there, or be there at once where nothing may move. */
export function go(map: MapLibre, camera: Camera, still: boolean): void {
  const pitch = camera.pitch ?? map.getPitch();
  const bearing = camera.bearing ?? map.getBearing();
  const whole = camera.bounds && framed(map, camera.bounds, camera.zoom, bearing);
  const target = { center: [camera.lon, camera.lat] as [number, number], zoom: camera.zoom, pitch, bearing, ...whole };
  if (still || camera.flight === 0) map.jumpTo(target);
  else map.easeTo({ ...target, duration: camera.flight ?? FLIGHT_MS, essential: false });
}

/** Where all of these bounds are seen beside the page's panels, no closer than `most`. */
function framed(map: MapLibre, bounds: [number, number, number, number], most: number, bearing: number) {
  const wide = map.getContainer().clientWidth > 960; // as the page's style sheet has it: narrower, panels lie elsewhere
  const padding = wide ? { top: 110, bottom: 90, left: 310, right: 390 } : 40;
  const found = map.cameraForBounds(bounds, { padding, bearing, maxZoom: most });
  return found ? { center: found.center, zoom: found.zoom } : null;
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
  };
}
