// The scale: how long a round number of metres is in the middle of the picture.

import type { Map as MapLibre } from "maplibre-gl";

const LONGEST_PX = 90;
const EARTH_M = 6_371_008.8;

/** The largest of 1, 2, 5, 10, 20, 50 … that is no more than this. */
export function round(most: number): number {
  const ten = 10 ** Math.floor(Math.log10(most));
  return ([5, 2].find((n) => n * ten <= most) ?? 1) * ten;
}

/** Metres that one pixel across the middle of the picture stands for. */
export function metresPerPixel(map: MapLibre): number {
  const { clientWidth, clientHeight } = map.getContainer();
  const span = LONGEST_PX / 2;
  const [west, east] = [-span, span].map((dx) => map.unproject([clientWidth / 2 + dx, clientHeight / 2]));
  const radians = Math.PI / 180;
  const [dLat, dLon] = [(east!.lat - west!.lat) * radians, (east!.lng - west!.lng) * radians];
  const half = Math.sin(dLat / 2) ** 2 + Math.cos(west!.lat * radians) * Math.cos(east!.lat * radians) * Math.sin(dLon / 2) ** 2;
  return (2 * EARTH_M * Math.asin(Math.sqrt(half))) / LONGEST_PX;
}

/** A bar of as many pixels as a round length has, and that length in words. */
export function measure(map: MapLibre, bar: HTMLElement, language: string): void {
  const each = metresPerPixel(map);
  const metres = round(each * LONGEST_PX);
  if (!Number.isFinite(metres)) return;
  bar.style.width = `${Math.round(metres / each)}px`;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  bar.textContent = metres >= 1_000 ? `${number.format(metres / 1_000)} km` : `${number.format(metres)} m`;
}
