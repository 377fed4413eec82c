// A hand on the map: what a click meets is told, and what the pointer rests on says its name.

import type { Map as MapLibre } from "maplibre-gl";
import { building, live, pick, type Picked, type Scene } from "./pick";
import type { Outputs } from "./types";

const REST_MS = 60;

interface Owner {
  scene(): Scene;
  /** A group of things was clicked: the map goes there, and the page need not know. */
  open(cluster: string): void;
  tell(clicked: NonNullable<Outputs["clicked"]>): void;
}

export class Pointer {
  private clicks = 0;
  private at: { x: number; y: number } | null = null;
  private looking = 0;

  constructor(
    private readonly map: MapLibre,
    private readonly tip: HTMLElement,
    private readonly owner: Owner,
    hovers: boolean,
  ) {
    map.on("click", (event) => this.click(event));
    if (!hovers) return;
    map.on("mousemove", (event) => this.hover(event.point));
    map.on("mouseout", () => this.hover(null));
  }

  stop(): void {
    clearTimeout(this.looking);
  }

  private click({ point, lngLat }: { point: { x: number; y: number }; lngLat: { lng: number; lat: number } }): void {
    const found = pick(this.owner.scene(), point);
    if (found?.cluster) return this.owner.open(found.id);
    const { lng: lon, lat } = lngLat;
    this.owner.tell({ layer: found?.layer ?? null, id: found?.id ?? null, lon, lat, n: ++this.clicks });
  }

  private hover(point: { x: number; y: number } | null): void {
    this.at = point;
    this.looking ||= window.setTimeout(() => {
      this.looking = 0;
      const at = this.map.isMoving() ? null : this.at;
      const scene = this.owner.scene();
      this.name(at && (live(scene, at) ?? building(scene, at)), at);
    }, REST_MS);
  }

  private name(found: Picked | null, at: { x: number; y: number } | null): void {
    this.map.getCanvas().style.cursor = found ? "pointer" : "";
    this.tip.style.opacity = found?.name ? "1" : "0";
    if (!found?.name || !at) return;
    this.tip.textContent = found.name;
    const left = Math.min(at.x + 14, this.tip.parentElement!.clientWidth - this.tip.offsetWidth - 8);
    this.tip.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, at.y - this.tip.offsetHeight - 12)}px)`;
  }
}
