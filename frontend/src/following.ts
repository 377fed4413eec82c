// Keeping what is selected in the middle of the picture, until a hand takes the map elsewhere.

import type { Map as MapLibre } from "maplibre-gl";
import { go } from "./camera";

const STEP_MS = 700;

export class Following {
  on = false;
  place: [number, number] | null = null;
  private last = "";

  /** `changed` is called when there is something else to follow, or when a hand ends it. */
  constructor(
    private readonly map: MapLibre,
    private readonly still: () => boolean,
    private readonly changed: () => void,
  ) {
    map.on("dragstart", () => {
      if (!this.on) return;
      this.on = false;
      changed();
    });
  }

  set(on: boolean): void {
    this.on = on;
    this.last = "";
    this.go();
  }

  /** Where the selected thing is now; null: nothing is selected, or its place is not known. */
  see(place: [number, number] | null): void {
    const news = !place !== !this.place;
    this.place = place;
    if (news) this.changed();
    this.go();
  }

  private go(): void {
    if (!this.on || !this.place || this.last === this.place.join()) return;
    this.last = this.place.join();
    const [lon, lat] = this.place;
    go(this.map, { lon, lat, zoom: this.map.getZoom(), flight: STEP_MS }, this.still());
  }
}
