// The map itself: one for the life of the page. It goes by its props, draws what the columns say, and tells the page
// what was clicked, where it is looked at, and how fresh its picture is.

import { MapLibreOverlay } from "@deck.gl/maplibre";
import { Map as MapLibre } from "maplibre-gl";
import { go, view } from "./camera";
import { Fan } from "./fan";
import { Ground } from "./ground";
import { groundOf } from "./horizon";
import { Drawn, ring } from "./layers";
import { Desk } from "./news";
import { building, live, pick, type Scene } from "./pick";
import { theme as themeOf } from "./palette";
import { signs } from "./places";
import { Veil } from "./silence";
import { Pin } from "./spot";
import { buttons, fit, stage, type Stage } from "./stage";
import { apply, style, type Style } from "./style";
import type { LayerSpec, Props, State, Tell } from "./types";
import { handle } from "./window";

const VIEW_MS = 300;
const PULSE_MS = 5_000;
const READY_MS = 6_000; // a city that changes all the time is never idle, and a tile may stay away
const DRAW_MS = 250; // live values four times a second: more is not read, and costs a machine without a GPU dearly
const POINTER = ["mousedown", "dragstart", "drag", "dragend", "mousemove", "mouseout", "click", "dblclick"];
const SILENCE_S: [number, number] = [8, 30];

export class Engine {
  readonly map: MapLibre;
  readonly desk: Desk;
  readonly drawn = new Map<string, Drawn>();
  state: State = "connecting";
  private readonly parts: Stage;
  private readonly veil: Veil;
  private readonly pin: Pin;
  private overlay: MapLibreOverlay;
  private ground = new Ground([]);
  private fan = new Fan([]);
  private look: Style | null = null;
  private readonly dirty = new Set<string>();
  private asked = 0;
  private clicks = 0;
  private told = { at: 0, state: "" as string };
  private alive = false;
  private readonly tick: number;
  private readonly watcher: ResizeObserver;
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    readonly host: HTMLElement,
    public props: Props,
    private readonly tell: Tell,
  ) {
    this.parts = stage(host);
    const scale = fit(host, this.parts);
    this.veil = new Veil(this.parts.veil, props.silence_s ?? SILENCE_S, this.text);
    const camera = props.camera;
    this.map = new MapLibre({
      container: this.parts.map,
      style: { version: 8, sources: {}, layers: [] },
      center: camera ? [camera.lon, camera.lat] : [0, 20],
      zoom: camera?.zoom ?? 2,
      pitch: camera?.pitch ?? 0,
      bearing: camera?.bearing ?? 0,
      maxPitch: 80, // that the sky is seen
      interactive: props.interactive !== false,
      attributionControl: false,
      fadeDuration: this.still ? 0 : 150,
      pixelRatio: devicePixelRatio * scale,
      trackResize: false,
      locale: { "Map.Title": this.text("map") },
      canvasContextAttributes: { antialias: true },
    });
    this.map.on("error", () => undefined); // a missing tile is an empty place, a lost server shows as silence
    signs(this.map);
    this.pin = new Pin(this.map);
    this.pin.show(props.place ?? null);
    this.desk = new Desk((key) => this.renew(key), () => this.hear());
    this.overlay = this.laid();
    this.map.on("load", () => this.first());
    this.map.on("click", (event) => this.clicked(event));
    this.map.on("mousemove", (event) => this.hover(event.point));
    this.map.on("mouseout", () => this.hover(null));
    this.map.on("moveend", () => this.moved());
    this.map.on("pitch", () => this.haze());
    this.map.on("zoom", () => this.nearer());
    for (const turn of ["rotate", "pitch"] as const) this.map.on(turn, () => this.turned());
    this.map.on("webglcontextrestored", () => this.again());
    if (props.interactive !== false) buttons(this.parts.zoom, this.map, this.text);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(host);
    this.tick = window.setInterval(() => this.second(), 1_000);
    this.haze();
    handle(this);
    this.update(props, true);
  }

  /** Goes by new props; only what differs has an effect. */
  update(props: Props, first = false): void {
    const before = this.props;
    this.props = props;
    if (first || !alike(before.layers, props.layers)) this.rebuild();
    this.host.dataset["theme"] = props.theme ?? "night";
    this.parts.credit.textContent = props.tiles?.attribution ?? "";
    this.veil.limits = props.silence_s ?? SILENCE_S;
    this.desk.follow(props);
    if (this.look) this.restyle();
    if (!first && !alike(before.place, props.place)) this.pin.show(props.place ?? null);
    if (!first && props.camera && !alike(before.camera, props.camera)) go(this.map, props.camera, this.still);
    this.redraw();
    if (!first && before.at !== props.at) this.pulse();
  }

  remove(): void {
    clearInterval(this.tick);
    cancelAnimationFrame(this.asked);
    clearTimeout(this.waiting);
    this.watcher.disconnect();
    this.desk.close();
    this.veil.clear();
    const canvases = [...this.host.querySelectorAll("canvas")];
    this.map.removeControl(this.overlay);
    this.map.remove();
    // browsers keep few drawing contexts, and let go of unused ones late
    for (const canvas of canvases) canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    this.parts.stage.remove();
  }

  /** How many things of each kind the last picture really holds. */
  rendered(): Record<string, number> {
    const found: Record<string, number> = {};
    for (const layer of this.props.layers) {
      const styled = layer.parts.map((part, i) => `${layer.key}/${part.spec["id"] ?? i}`).filter((id) => this.map.getLayer(id));
      found[layer.key] = styled.length
        ? new Set(this.map.queryRenderedFeatures(groundOf(this.map), { layers: styled }).map((one) => one.properties["id"])).size
        : this.visible.has(layer.key) ? this.desk.rows(layer.key).length : 0;
    }
    return found;
  }

  get visible(): Set<string> {
    return new Set(this.props.visible ?? this.props.layers.map((layer) => layer.key));
  }

  private get still(): boolean {
    return !!this.props.still || this.calm.matches;
  }

  private readonly text = (name: string): string => this.props.words?.[name] ?? name;

  private get scene(): Scene {
    const { map, overlay, drawn, visible } = this;
    return { map, overlay, drawn, visible, layers: this.props.layers, rows: (key) => this.desk.rows(key) };
  }

  private rebuild(): void {
    this.drawn.clear();
    for (const layer of this.props.layers) {
      layer.parts.forEach((part, i) => {
        if (part.engine !== "deck") return;
        const made = new Drawn(layer, part, i);
        this.drawn.set(made.id, made);
      });
    }
    this.ground = new Ground(this.props.layers);
    this.fan = new Fan(this.props.layers);
  }

  private laid(): MapLibreOverlay {
    const overlay: MapLibreOverlay = new MapLibreOverlay({
      interleaved: false,
      useDevicePixels: (devicePixelRatio * this.parts.scale) as any,
      layers: [],
      onError: () => undefined,
      onLoad: () => this.tame(overlay), // its canvas is made and listened to only then
    });
    this.map.addControl(overlay);
    // the overlay would pick at every move and press of the pointer, on top of what we ask for ourselves
    for (const event of POINTER) this.map.off(event as any, (overlay as any)._handleMouseEvent);
    return overlay;
  }

  /** The overlay's canvas is a picture and no control; when its drawing context is lost, live layers get a new one. */
  private tame(overlay: MapLibreOverlay): void {
    const canvas = overlay.getCanvas();
    if (!canvas) return;
    canvas.setAttribute("aria-hidden", "true");
    canvas.tabIndex = -1;
    canvas.addEventListener("webglcontextlost", () => setTimeout(() => this.relay(overlay), 100));
  }

  private relay(lost: MapLibreOverlay): void {
    if (lost !== this.overlay) return;
    this.map.removeControl(lost);
    this.rebuild();
    this.overlay = this.laid();
    this.redraw();
  }

  private again(): void {
    this.ground = new Ground(this.props.layers);
    this.redraw();
  }

  private first(): void {
    this.restyle();
    this.redraw();
    this.moved();
    const done = () => {
      if (!this.map.areTilesLoaded() && performance.now() < this.patience) return;
      this.map.off("render", done);
      this.tell({ ready: true });
    };
    this.patience = performance.now() + READY_MS;
    this.map.on("render", done);
    window.setTimeout(() => this.map.triggerRepaint(), READY_MS);
  }

  private patience = 0;

  private restyle(): void {
    const { theme: shade = "night", language = "vi", layers, tiles, light, selected, looks } = this.props;
    const building = selected?.layer === "buildings" ? selected.id : null;
    const next = style({ shade, language, layers, visible: this.visible, tiles, light, building, looks: looks ?? {}, divided: this.divided });
    apply(this.map, this.look, next);
    const was = this.marked;
    if (was !== building && this.map.getSource("buildings")) {
      const target = (id: string) => ({ source: "buildings", sourceLayer: "buildings", id });
      if (was) this.map.removeFeatureState(target(was));
      if (building) this.map.setFeatureState(target(building), { selected: true });
      this.marked = building;
    }
    this.look = next;
  }

  private marked: string | null = null;
  private divided = false;

  /** A shown layer that writes names on the ground takes the place of the basemap's names of districts. */
  private names(visible: Set<string>): void {
    const writes = (layer: LayerSpec) => layer.parts.some((part) => part.engine === "maplibre" && part.spec["type"] === "symbol");
    const divided = this.props.layers.some((layer) => visible.has(layer.key) && writes(layer) && this.desk.rows(layer.key).length > 0);
    if (divided === this.divided) return;
    this.divided = divided;
    if (this.look) this.restyle();
  }

  /** Draws this layer, or all, at the next frame. */
  private redraw(key?: string): void {
    for (const layer of key ? [key] : this.props.layers.map((layer) => layer.key)) this.dirty.add(layer);
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      this.draw();
    });
  }

  /** Draws this layer soon: changes that come close together are drawn together. */
  private renew(key: string): void {
    this.dirty.add(key);
    const pause = this.drawnAt + DRAW_MS - performance.now();
    if (pause <= 0) this.redraw(key);
    else this.waiting ||= window.setTimeout(() => {
      this.waiting = 0;
      this.redraw(key);
    }, pause);
  }

  private drawnAt = 0;
  private waiting = 0;

  private draw(): void {
    this.drawnAt = performance.now();
    const { language = "vi", selected } = this.props;
    const theme = themeOf(this.props.theme ?? "night");
    const visible = this.visible;
    const facing = { bearing: Math.round(this.map.getBearing()), pitch: Math.round(this.map.getPitch()) };
    const zoom = this.map.getZoom();
    const layers = [];
    this.names(visible);
    this.fan.follow(visible, (key) => this.desk.rows(key));
    const moved = this.fan.version;
    for (const layer of this.props.layers) {
      const { status, bands } = this.desk.age(layer);
      const rows = this.desk.rows(layer.key);
      for (const drawn of this.drawn.values()) {
        if (drawn.layer !== layer) continue;
        const aside = this.fan.of(layer.key, rows);
        layers.push(drawn.draw({ rows, status, theme, language, facing, zoom, aside, moved }, bands, visible.has(layer.key)));
      }
      if (this.look && this.dirty.has(layer.key)) this.ground.draw(this.map, layer.key, rows, status);
    }
    this.dirty.clear();
    const chosen = selected?.layer && selected.id && visible.has(selected.layer) ? this.desk.rows(selected.layer).row(selected.id) : null;
    const place = chosen && Number.isFinite(chosen["lon"]) ? ([chosen["lon"], chosen["lat"]] as [number, number]) : null;
    this.overlay.setProps({ layers: [...layers, ...ring(place, theme)] });
  }

  private hear(): void {
    this.alive = true;
    this.veil.hear();
    if (this.state !== "live") this.pulse();
  }

  private second(): void {
    for (const layer of this.props.layers) if (this.desk.age(layer).moved) this.redraw(layer.key);
    this.pulse();
  }

  private pulse(): void {
    const silence = this.veil.look();
    if (silence === "red") this.state = "lost";
    else if (silence === "amber") this.state = "late";
    else if (!this.alive) this.state = "connecting";
    else this.state = this.desk.replaying ? "replay" : "live";
    const now = performance.now();
    if (this.told.state === this.state && now - this.told.at < PULSE_MS) return;
    this.told = { at: now, state: this.state };
    const { revision } = this.desk;
    this.tell({ pulse: { state: this.state, revision, rows: this.desk.counts(), age_s: Math.round(this.veil.age() * 10) / 10 } });
  }

  private clicked(event: { point: { x: number; y: number }; lngLat: { lng: number; lat: number } }): void {
    const found = pick(this.scene, event.point);
    const { lng: lon, lat } = event.lngLat;
    this.tell({ clicked: { layer: found?.layer ?? null, id: found?.id ?? null, lon, lat, n: ++this.clicks } });
  }

  private pointer: { x: number; y: number } | null = null;
  private looking = 0;

  private hover(point: { x: number; y: number } | null): void {
    if (this.props.interactive === false) return;
    this.pointer = point;
    this.looking ||= window.setTimeout(() => {
      this.looking = 0;
      const at = this.map.isMoving() ? null : this.pointer;
      const found = at && (live(this.scene, at) ?? building(this.scene, at));
      this.map.getCanvas().style.cursor = found ? "pointer" : "";
      const { tip } = this.parts;
      tip.style.opacity = found?.name ? "1" : "0";
      if (!found?.name || !at) return;
      tip.textContent = found.name;
      const left = Math.min(at.x + 14, this.parts.stage.clientWidth - tip.offsetWidth - 8);
      tip.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, at.y - tip.offsetHeight - 12)}px)`;
    }, 60);
  }

  private viewTimer = 0;

  private moved(): void {
    clearTimeout(this.viewTimer);
    this.viewTimer = window.setTimeout(() => this.tell({ view: view(this.map) }), VIEW_MS);
  }

  /** Far away the city fades into the sky: a haze at the horizon, which is above the picture until one looks up. */
  private haze(): void {
    const pitch = this.map.getPitch();
    const half = this.parts.stage.clientHeight / 2;
    const radians = Math.PI / 180;
    const far = Math.tan((90 - pitch) * radians) / Math.tan((this.map.getVerticalFieldOfView() / 2) * radians);
    const up = half * far * 0.85; // MapLibre lets its sky begin a little below the true horizon
    this.parts.haze.style.setProperty("--horizon", `${Math.max(0, Math.round(half - up))}px`);
    this.parts.haze.style.opacity = String(Math.max(0, Math.min(0.9, (pitch - 35) / 30)));
  }

  /** What points somewhere turns with the map. */
  private turned(): void {
    for (const drawn of this.drawn.values()) if (drawn.pointing) this.redraw(drawn.layer.key);
  }

  private quarter = 0;

  /** What shrinks or goes away with distance is drawn again at each quarter of a zoom. */
  private nearer(): void {
    const quarter = Math.floor(this.map.getZoom() * 4);
    if (quarter === this.quarter) return;
    this.quarter = quarter;
    for (const drawn of this.drawn.values()) if (drawn.zooming) this.redraw(drawn.layer.key);
  }

  private resize(): void {
    if (!this.host.clientWidth || !this.host.clientHeight) return; // hidden: nothing to measure
    const before = this.parts.scale;
    const scale = fit(this.host, this.parts);
    if (scale !== before) {
      this.map.setPixelRatio(devicePixelRatio * scale);
      this.overlay.setProps({ useDevicePixels: devicePixelRatio * scale as any });
    }
    this.map.resize();
  }
}

const alike = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
