// The map itself: one for the life of the page. It goes by its props, draws what the columns say, and tells the page
// what was clicked, where it is looked at, and how fresh its picture is.

import { Map as MapLibre } from "maplibre-gl";
import { Cadence } from "./cadence";
import { go, view } from "./camera";
import { groups, named } from "./clusters";
import { Controls } from "./controls";
import { Draft } from "./draft";
import { Dress } from "./dress";
import { Fan } from "./fan";
import { Following } from "./following";
import { Gathering } from "./gather";
import { Ground } from "./ground";
import { haze, tint } from "./heaven";
import { Drawn } from "./layers";
import { Desk } from "./news";
import { Overlay } from "./overlay";
import { theme as themeOf } from "./palette";
import type { Scene } from "./pick";
import { signs } from "./places";
import { Pointer } from "./pointer";
import { Pulse } from "./pulse";
import { Room } from "./room";
import { measure } from "./scale";
import { chosenOf, reserve, selection } from "./selection";
import { Pin } from "./spot";
import { fit, stage, type Stage } from "./stage";
import type { LayerSpec, Props, Tell } from "./types";
import { handle } from "./window";

const VIEW_MS = 300;
const READY_MS = 6_000; // a city that changes all the time is never idle, and a tile may stay away
const OPENED = 0.3; // zoom beyond the one at which a group parts

export class Engine {
  readonly map: MapLibre;
  readonly desk: Desk;
  readonly drawn = new Map<string, Drawn>();
  readonly gathering: Gathering;
  private readonly parts: Stage;
  private readonly pulse: Pulse;
  private readonly dress: Dress;
  private readonly pin: Pin;
  private readonly draft: Draft;
  private readonly pointer: Pointer;
  private readonly following: Following;
  private readonly controls: Controls | null;
  private readonly overlay: Overlay;
  private readonly cadence = new Cadence((dirty) => this.draw(dirty));
  private ground = new Ground([]);
  private fan = new Fan([]);
  private patience = 0;
  private quarter = 0;
  private viewTimer = 0;
  private readonly tick: number;
  private readonly watcher: ResizeObserver;
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    readonly host: HTMLElement,
    public props: Props,
    private readonly tell: Tell,
    canvas: { antialias: boolean },
  ) {
    this.parts = stage(host);
    const scale = fit(host, this.parts);
    this.pulse = new Pulse(this.parts.veil, () => this.desk, this.text, (pulse) => this.tell({ pulse }));
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
      fadeDuration: this.still() ? 0 : 150,
      pixelRatio: devicePixelRatio * scale,
      trackResize: false,
      locale: { "Map.Title": this.text("map") },
      canvasContextAttributes: canvas,
    });
    this.map.on("error", () => undefined); // a missing tile is an empty place, a lost server shows as silence
    signs(this.map);
    this.pin = new Pin(this.map);
    this.pin.show(props.place ?? null);
    this.draft = new Draft(this.map, tell, this.text);
    this.desk = new Desk(
      (key) => this.cadence.soon(key),
      (keys) => {
        this.cadence.next(keys);
        this.pulse.beat();
      },
      () => this.pulse.hear(),
    );
    this.dress = new Dress(this.map);
    this.gathering = new Gathering(props.layers, () => this.redraw());
    this.overlay = new Overlay(this.map, scale, canvas, () => {
      this.rebuild();
      this.redraw();
    });
    const interactive = props.interactive !== false;
    this.following = new Following(this.map, this.still, () => this.controls?.show());
    this.controls = interactive ? new Controls(this.parts.zoom, this.map, this.following, this.text, this.still) : null;
    const open = (id: string) => this.open(id);
    this.pointer = new Pointer(this.map, this.parts.tip, { scene: () => this.scene, open, tell: (clicked) => this.tell({ clicked }) }, interactive);
    this.listen();
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
    this.pulse.limit(props.silence_s);
    this.desk.follow(props);
    this.gathering.follow(props);
    tint(this.parts.haze, props.theme ?? "night", props.light);
    if (this.dress.ready) this.dress.wear(props, this.visible);
    if (!first && !alike(before.place, props.place)) this.pin.show(props.place ?? null);
    if (!first && props.camera && !alike(before.camera, props.camera)) go(this.map, props.camera, this.still());
    if (!alike(before.draft, props.draft) || before.theme !== props.theme || first) this.draft.show(props.draft ?? null, props.theme ?? "night");
    if (this.desk.jumping) return; // the picture, and the word of it, come with the city as it was then
    this.redraw();
    if (!first && before.at !== props.at) this.pulse.beat();
  }

  remove(): void {
    clearInterval(this.tick);
    this.cadence.stop();
    this.pointer.stop();
    this.draft.remove();
    this.watcher.disconnect();
    this.desk.close();
    this.gathering.close();
    this.pulse.clear();
    const canvases = [...this.host.querySelectorAll("canvas")];
    this.overlay.remove();
    this.map.remove();
    // browsers keep few drawing contexts, and let go of unused ones late
    for (const canvas of canvases) canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    this.parts.stage.remove();
  }

  get state(): Pulse["state"] {
    return this.pulse.state;
  }

  get visible(): Set<string> {
    return new Set(this.props.visible ?? this.props.layers.map((layer) => layer.key));
  }

  private readonly still = (): boolean => !!this.props.still || this.calm.matches;

  private readonly text = (name: string): string => this.props.words?.[name] ?? name;

  private get scene(): Scene {
    const { map, overlay, drawn, visible } = this;
    const group = (index: number) => {
      const found = this.gathering.clusters[index];
      return found ? { id: found.id, name: named(found, this.text, this.props.language ?? "vi") } : null;
    };
    return { map, overlay, drawn, visible, group, layers: this.props.layers, rows: (key) => this.desk.rows(key) };
  }

  private listen(): void {
    const { map } = this;
    map.on("load", () => this.first());
    map.on("moveend", () => this.moved());
    map.on("pitch", () => {
      this.haze();
      if (this.dress.tilted) this.dress.wear(this.props, this.visible);
    });
    map.on("zoom", () => this.nearer());
    for (const turn of ["rotate", "pitch"] as const) map.on(turn, () => this.turned());
    map.on("webglcontextrestored", () => {
      this.ground = new Ground(this.props.layers);
      this.redraw();
    });
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

  private first(): void {
    this.dress.wear(this.props, this.visible);
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

  /** A shown layer that writes names on the ground takes the place of the basemap's names of districts. */
  private names(visible: Set<string>): void {
    const writes = (layer: LayerSpec) => layer.parts.some((part) => part.engine === "maplibre" && part.spec["type"] === "symbol");
    const divided = this.props.layers.some((layer) => visible.has(layer.key) && writes(layer) && this.desk.rows(layer.key).length > 0);
    if (this.dress.divide(divided)) this.dress.wear(this.props, visible);
  }

  private redraw(): void {
    this.cadence.next(this.props.layers.map((layer) => layer.key));
  }

  private draw(dirty: ReadonlySet<string>): void {
    const { language = "vi", selected } = this.props;
    const theme = themeOf(this.props.theme ?? "night");
    const { visible, desk, map, gathering, fan } = this;
    const facing = { bearing: Math.round(map.getBearing()), pitch: Math.round(map.getPitch()) };
    const zoom = map.getZoom();
    this.names(visible);
    fan.follow(visible, (key) => desk.rows(key));
    const ages = new Map(this.props.layers.map((layer) => [layer.key, desk.age(layer)]));
    gathering.sum({ visible, zoom, rows: (key) => desk.rows(key), age: (layer) => ages.get(layer.key)! });
    const room = new Room(map);
    const chosen = chosenOf(selected, visible, (key) => desk.rows(key));
    reserve(chosen, room);
    const layers: unknown[] = [];
    // what is drawn on top comes first where words need room
    for (const layer of [...this.props.layers].reverse()) {
      const { status, bands } = ages.get(layer.key)!;
      const rows = desk.rows(layer.key);
      const look = {
        rows, status, theme, language, facing, zoom, aside: fan.of(layer.key, rows), moved: fan.version, within: gathering.within(layer.key),
      };
      const own = [...this.drawn.values()].filter((drawn) => drawn.layer === layer);
      layers.unshift(...own.map((drawn) => drawn.draw(look, bands, visible.has(layer.key), room)));
      if (this.dress.ready && dirty.has(layer.key)) this.ground.draw(map, layer.key, rows, status);
    }
    const written = [...this.drawn.values()].some((drawn) => drawn.layer.key === selected?.layer && drawn.says(selected.id ?? ""));
    const marks = selection(chosen.place, written ? "" : chosen.name, theme);
    this.overlay.show([...groups(gathering.clusters, theme, language), ...layers, ...marks]);
    this.following.see(chosen.place);
  }

  /** Goes so near to a group that it parts. */
  private open(id: string): void {
    const found = this.gathering.clusters.find((one) => one.id === id);
    if (!found) return;
    const { lon, lat, bounds, until } = found;
    go(this.map, { lon, lat, bounds, zoom: Math.max(until + OPENED, 17), flight: 900 }, this.still(), until + OPENED);
  }

  private second(): void {
    const aged = this.props.layers.filter((layer) => this.desk.age(layer).moved);
    if (aged.length) this.cadence.next(aged.map((layer) => layer.key));
    this.pulse.beat();
  }

  private moved(): void {
    clearTimeout(this.viewTimer);
    this.viewTimer = window.setTimeout(() => this.tell({ view: view(this.map) }), VIEW_MS);
    measure(this.map, this.parts.bar, this.props.language ?? "vi");
    this.again((drawn) => drawn.writes);
  }

  private haze(): void {
    haze(this.map, this.parts.haze, this.parts.stage.clientHeight);
  }

  /** What points somewhere turns with the map. */
  private turned(): void {
    this.again((drawn) => drawn.pointing);
  }

  /** What gathers, shrinks or goes away with distance is drawn again at each quarter of a zoom. */
  private nearer(): void {
    const quarter = Math.floor(this.map.getZoom() * 4);
    if (quarter === this.quarter) return;
    this.quarter = quarter;
    measure(this.map, this.parts.bar, this.props.language ?? "vi");
    this.again((drawn) => drawn.zooming);
  }

  private again(which: (drawn: Drawn) => boolean): void {
    const found = [...this.drawn.values()].filter(which);
    if (found.length) this.cadence.next(found.map((drawn) => drawn.layer.key));
  }

  private resize(): void {
    if (!this.host.clientWidth || !this.host.clientHeight) return; // hidden: nothing to measure
    const before = this.parts.scale;
    const scale = fit(this.host, this.parts);
    if (scale !== before) {
      this.map.setPixelRatio(devicePixelRatio * scale);
      this.overlay.resize(scale);
    }
    this.map.resize();
  }
}

const alike = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
