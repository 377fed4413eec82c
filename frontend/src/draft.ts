// A thing of a register while it is edited: a grip to move it, one to turn it, and on the ground what it would see.
// The page hears of every movement; what is seen between the buildings comes back from the server as `geometry`.

import { Marker, type GeoJSONSource, type Map as MapLibre } from "maplibre-gl";
import type { Draft as Drafted, Light, Tell } from "./types";

const SOURCE = "draft";
const TELL_MS = 150;
const AHEAD_MS = 2_000;
const METRES = 111_320; // in a degree of latitude, near enough for a line that is drawn while a hand moves
const ARC = 24;
const NOTHING = { type: "FeatureCollection", features: [] } as any;

type Spot = [number, number];

export class Draft {
  private draft: Drafted | null = null;
  private place: Marker | null = null;
  private turn: Marker | null = null;
  private told = 0;
  private waiting = 0;
  private n = 0;

  constructor(
    private readonly map: MapLibre,
    private readonly tell: Tell,
    private readonly text: (name: string) => string,
  ) {
    // once the city itself is laid out: only then is there something to lie under
    map.once("load", () => window.setTimeout(() => {
      this.ready = true;
      this.draw();
    }));
  }

  private ready = false;

  /** Shows this draft, or none. What a hand has just moved stays there until the page has heard of it. */
  show(draft: Drafted | null, light: Light): void {
    if (!draft || draft.id !== this.draft?.id) this.clear();
    const ahead = draft && this.draft && performance.now() < this.ahead && !alike(draft, this.draft);
    const { lon, lat, azimuth_deg } = this.draft ?? {};
    this.draft = draft ? { ...draft, ...(ahead ? { lon: lon!, lat: lat!, azimuth_deg: azimuth_deg! } : {}) } : null;
    draft = this.draft;
    if (draft) {
      this.place ??= this.grip("cg-grip", this.text("move"), (spot) => this.moved(spot), (east, north) => this.nudge(east, north));
      this.place.setLngLat([draft.lon, draft.lat]);
      if (draft.azimuth_deg !== null && draft.azimuth_deg !== undefined) {
        this.turn ??= this.grip("cg-grip cg-turn", this.text("turn"), (spot) => this.turned(spot), (east, north) => this.rotate(east + north));
      } else {
        this.turn?.remove();
        this.turn = null;
      }
    }
    this.draw(light);
  }

  remove(): void {
    this.clear();
    clearTimeout(this.waiting);
  }

  private clear(): void {
    this.place?.remove();
    this.turn?.remove();
    this.place = this.turn = null;
    this.ahead = 0;
  }

  private ahead = 0; // until then the page's word is older than the hand's

  private grip(look: string, name: string, go: (spot: Spot) => void, nudge: (east: number, north: number) => void): Marker {
    const element = document.createElement("button");
    element.type = "button";
    element.className = look;
    element.title = name;
    const marker = new Marker({ element, draggable: true }).setLngLat([this.draft!.lon, this.draft!.lat]).addTo(this.map);
    element.setAttribute("aria-label", name); // the marker brings a label of its own
    const spot = (): Spot => [marker.getLngLat().lng, marker.getLngLat().lat];
    marker.on("drag", () => go(spot()));
    marker.on("dragend", () => this.say(true));
    element.addEventListener("click", (event) => event.stopPropagation());
    element.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation(); // the map would move under it
      const size = event.shiftKey ? 10 : 1;
      nudge(step[0]! * size, step[1]! * size);
      this.say(true);
    });
    return marker;
  }

  private moved([lon, lat]: Spot): void {
    Object.assign(this.draft!, { lon, lat });
    this.held();
  }

  private turned([lon, lat]: Spot): void {
    const { lon: west, lat: south } = this.draft!;
    const east = (lon - west) * Math.cos((south * Math.PI) / 180);
    this.draft!.azimuth_deg = round((Math.atan2(east, lat - south) * 180) / Math.PI);
    this.held();
  }

  private nudge(east: number, north: number): void {
    const spot = this.at(Math.atan2(east, north), Math.hypot(east, north));
    this.moved(spot);
    this.place!.setLngLat(spot);
  }

  private rotate(degrees: number): void {
    this.draft!.azimuth_deg = round(this.draft!.azimuth_deg! + degrees);
    this.held();
  }

  /** While a hand moves it, the free sector follows at once; what was seen from elsewhere is true no more. */
  private held(): void {
    this.draft!.geometry = null;
    this.ahead = performance.now() + AHEAD_MS;
    this.draw();
    this.say(false);
  }

  private say(done: boolean): void {
    clearTimeout(this.waiting);
    const due = this.told + TELL_MS - performance.now();
    if (!done && due > 0) {
      this.waiting = window.setTimeout(() => this.say(false), due);
      return;
    }
    this.told = performance.now();
    const { id, lon, lat, azimuth_deg = null } = this.draft!;
    this.tell({ dragged: { id, lon, lat, azimuth_deg, n: ++this.n } });
  }

  private at(bearing: number, metres: number): Spot {
    const { lon, lat } = this.draft!;
    const wide = METRES * Math.cos((lat * Math.PI) / 180);
    return [lon + (Math.sin(bearing) * metres) / wide, lat + (Math.cos(bearing) * metres) / METRES];
  }

  private light: Light = "night";

  private draw(light: Light = this.light): void {
    this.light = light;
    const draft = this.draft;
    const features: any[] = [];
    if (draft && this.turn) {
      const reach = draft.range_m ?? 40;
      const bearing = (draft.azimuth_deg! * Math.PI) / 180;
      this.turn.setLngLat(this.at(bearing, reach));
      if (draft.range_m && draft.field_of_view_deg) features.push(this.sector(bearing, draft.field_of_view_deg, reach));
    }
    if (draft?.geometry) features.push({ type: "Feature", properties: { kind: "seen" }, geometry: draft.geometry });
    const data = { type: "FeatureCollection", features } as any;
    const source = this.map.getSource(SOURCE) as GeoJSONSource | undefined;
    if (source) source.setData(data);
    else if (features.length && this.ready) this.lay(data);
    const colour = light === "day" ? "#0b63ce" : "#7cc4ff";
    for (const [layer, property] of [["draft-seen", "fill-color"], ["draft-edge", "line-color"], ["draft-sector", "line-color"]] as const)
      if (this.map.getLayer(layer)) this.map.setPaintProperty(layer, property, colour);
  }

  /** Under the buildings, so that no wall is painted over. */
  private lay(data: any): void {
    const above = this.map.getLayer("building-shade") ? "building-shade" : undefined;
    const of = (kind: string) => ({ source: SOURCE, filter: ["==", ["get", "kind"], kind] as any });
    this.map.addSource(SOURCE, { type: "geojson", data: data ?? NOTHING });
    this.map.addLayer({ id: "draft-seen", type: "fill", ...of("seen"), paint: { "fill-opacity": 0.3 } }, above);
    this.map.addLayer({ id: "draft-edge", type: "line", ...of("seen"), paint: { "line-width": 2 } }, above);
    this.map.addLayer({ id: "draft-sector", type: "line", ...of("sector"), paint: { "line-width": 1.5, "line-dasharray": [3, 2] } }, above);
  }

  private sector(bearing: number, view_deg: number, reach: number): any {
    const half = (Math.min(view_deg, 360) * Math.PI) / 360;
    const arc = Array.from({ length: ARC + 1 }, (_one, i) => this.at(bearing - half + (2 * half * i) / ARC, reach));
    const whole = view_deg >= 360;
    const stands: Spot = [this.draft!.lon, this.draft!.lat];
    const ring = whole ? [...arc, arc[0]!] : [stands, ...arc, stands];
    return { type: "Feature", properties: { kind: "sector" }, geometry: { type: "Polygon", coordinates: [ring] } };
  }
}

const round = (degrees: number): number => Math.round((((degrees % 360) + 360) % 360) * 10) / 10;
const alike = (one: Drafted, other: Drafted): boolean =>
  one.lon === other.lon && one.lat === other.lat && (one.azimuth_deg ?? null) === (other.azimuth_deg ?? null);
