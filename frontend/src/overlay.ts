// The canvas of the live layers over the map: a picture and no control, and put up anew when its drawing context is lost.

import { MapLibreOverlay } from "@deck.gl/maplibre";
import type { Map as MapLibre } from "maplibre-gl";

const POINTER = ["mousedown", "dragstart", "drag", "dragend", "mousemove", "mouseout", "click", "dblclick"];

export class Overlay {
  private laid: MapLibreOverlay;

  /** `lost` is called when everything has to be drawn anew. */
  constructor(
    private readonly map: MapLibre,
    private scale: number,
    private readonly canvas: { antialias: boolean },
    private readonly lost: () => void,
  ) {
    this.laid = this.lay();
  }

  show(layers: unknown[]): void {
    this.laid.setProps({ layers: layers as any });
  }

  /** What lies there; null while the drawing context is lost. */
  pick(x: number, y: number, radius: number): { layer: { id: string } | null; index: number } | null {
    try {
      return this.laid.pickObject({ x, y, radius }) as any;
    } catch {
      return null;
    }
  }

  resize(scale: number): void {
    this.scale = scale;
    this.laid.setProps({ useDevicePixels: this.pixels });
  }

  remove(): void {
    this.map.removeControl(this.laid);
  }

  private get pixels(): any {
    return devicePixelRatio * this.scale;
  }

  private lay(): MapLibreOverlay {
    const overlay: MapLibreOverlay = new MapLibreOverlay({
      interleaved: false,
      useDevicePixels: this.pixels,
      deviceProps: { type: "webgl", webgl: this.canvas },
      layers: [],
      onError: () => undefined,
      onLoad: () => this.tame(overlay), // its canvas is made and listened to only then
    });
    this.map.addControl(overlay);
    // the overlay would pick at every move and press of the pointer, on top of what we ask for ourselves
    for (const event of POINTER) this.map.off(event as any, (overlay as any)._handleMouseEvent);
    return overlay;
  }

  private tame(overlay: MapLibreOverlay): void {
    const canvas = overlay.getCanvas();
    if (!canvas) return;
    canvas.setAttribute("aria-hidden", "true");
    canvas.tabIndex = -1;
    canvas.addEventListener("webglcontextlost", () => setTimeout(() => this.renew(overlay), 100));
  }

  private renew(lost: MapLibreOverlay): void {
    if (lost !== this.laid) return;
    this.map.removeControl(lost);
    this.laid = this.lay();
    this.lost();
  }
}
