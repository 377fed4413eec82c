// The mark of a spot that somebody looked for: a pin on the ground and its name, until something else is looked for.

import { Marker, type Map as MapLibre } from "maplibre-gl";
import type { Spot } from "./types";

const PIN = "M12 23S4 14.600 4 9a8 8 0 0 1 16 0c0 5.600-8 14-8 14z";

export class Pin {
  private marker: Marker | null = null;

  constructor(private readonly map: MapLibre) {}

  show(spot: Spot | null): void {
    this.marker?.remove();
    this.marker = spot ? new Marker({ element: drawn(spot.name), anchor: "bottom" }).setLngLat([spot.lon, spot.lat]).addTo(this.map) : null;
  }
}

function drawn(name: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "cg-pin";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PIN);
  const eye = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const [key, value] of Object.entries({ cx: "12", cy: "9", r: "3" })) eye.setAttribute(key, value);
  svg.append(path, eye);
  const label = document.createElement("span");
  label.textContent = name;
  element.append(...(name ? [label] : []), svg);
  return element;
}
