// Parts for deck.gl: the specification is made into a layer once, by an explicit list of classes; what changes is
// handed to copies of it as accessors over the columns.

import type { Layer } from "@deck.gl/core";
import { JSONConverter } from "@deck.gl/json";
import { ColumnLayer, GeoJsonLayer, IconLayer, LineLayer, ScatterplotLayer, TextLayer } from "@deck.gl/layers";
import type { Rows } from "./columns";
import { PALETTES, rgba } from "./palette";
import { accessor, ages, type Look } from "./rules";
import { atlas, MAPPING, SIZE_SCALE, symbol } from "./symbols";
import type { LayerSpec, Part, Rule, Theme } from "./types";

/** Symbols of our atlas: red is what the layer tints, green the grey of the halo. */
class SymbolLayer extends IconLayer<any> {
  static override layerName = "SymbolLayer";

  override getShaders(): any {
    const shaders = super.getShaders();
    const tinted = "vec3 color = mix(vec3(texColor.g), vColor.rgb, texColor.r);";
    shaders.fs = shaders.fs.replace("vec3 color = mix(texColor.rgb, vColor.rgb, vColorMode);", tinted);
    return shaders;
  }
}

const classes = { ColumnLayer, GeoJsonLayer, IconLayer: SymbolLayer, LineLayer, ScatterplotLayer, TextLayer };
// what lies over the city is drawn in its order, not by its distance
const FLAT = { depthCompare: "always", depthWriteEnabled: false };
const CHARACTERS = "auto";

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** One part of a layer: remembers what it drew, and draws again only what is new. */
export class Drawn {
  readonly id: string;
  private readonly kind: string;
  private readonly encode: [string, Rule][];
  private readonly template: Layer;
  private readonly aging: boolean;
  private readonly turned: boolean;
  private readonly minZoom: number;
  private readonly shrinks: boolean;
  private last: { rows: Rows; version: number; bands: number; data: unknown; places: Uint32Array } | null = null;

  constructor(
    readonly layer: LayerSpec,
    part: Part,
    index: number,
  ) {
    this.kind = part.spec["@@type"];
    this.id = `${layer.key}/${part.spec["id"] ?? index}`;
    this.encode = Object.entries(part.encode).map(([name, rule]) => [camel(name), rule]);
    this.aging = ages(part.encode);
    this.turned = "getAngle" in Object.fromEntries(this.encode);
    const { minZoom = 0, shrink = false, ...own } = part.spec;
    this.minZoom = minZoom;
    this.shrinks = shrink;
    const spec = { ...own, id: this.id, data: [] } as Record<string, any>;
    this.template = new JSONConverter({ configuration: { classes } }).convert(spec) as Layer;
  }

  /** The row behind what was picked. */
  row(index: number): number {
    return this.last?.places[index] ?? -1;
  }

  /** The layer as it looks now; null while there is nothing to draw. */
  draw(look: Look, bands: number, visible: boolean): Layer | null {
    const { rows, theme, facing, zoom } = look;
    const read = new Map(this.encode.map(([name, rule]) => [name, accessor(name, rule, look)]));
    let last = this.last;
    if (!last || last.rows !== rows || last.version !== rows.version || (this.aging && last.bands !== bands)) {
      const places = standing(rows, read.get("getSize"), read.get("getColor"));
      const data = this.kind === "GeoJsonLayer" ? shapes(rows, places) : { length: places.length };
      last = this.last = { rows, version: rows.version, bands, data, places };
    }
    const { places, data } = last;
    if (!places.length) return null;
    const near = this.shrinks ? nearness(zoom) : 1;
    const props: Record<string, unknown> = { data, visible: visible && zoom >= this.minZoom };
    const triggers: Record<string, unknown> = {};
    for (const [name, told] of read) {
      let shaped: (i: number) => unknown = told;
      if (name === "getIcon") shaped = (i) => symbol(told(i));
      if (name === "getPixelOffset" && near < 1) shaped = (i) => (told(i) as number[]).map((px) => px * near);
      if (name === "getAngle") shaped = (i) => onScreen(told(i), facing);
      props[name] = (_: unknown, { index }: { index: number }) => shaped(places[index]!);
      triggers[name] = name === "getAngle" ? [facing.bearing, facing.pitch]
        : name === "getPixelOffset" ? [look.moved, near] : [theme, look.language];
    }
    return this.template.clone({ ...props, ...this.settings(theme, near), updateTriggers: triggers });
  }

  /** Does it look otherwise from another height? */
  get zooming(): boolean {
    return this.shrinks || this.minZoom > 0;
  }

  /** Does it point somewhere, so that it must turn with the map? */
  get pointing(): boolean {
    return this.turned;
  }

  /** What the engine adds to every layer of a kind. */
  private settings(theme: Theme, near: number): Record<string, unknown> {
    const given = this.template.props as Record<string, any>;
    const pickable = this.layer.pick !== false && given["pickable"] !== false && this.kind !== "TextLayer";
    const common = { pickable, parameters: FLAT };
    if (this.kind === "IconLayer") {
      const scale = (given["sizeScale"] ?? 1) * SIZE_SCALE * near;
      return { ...common, iconAtlas: sheet(theme), iconMapping: MAPPING, sizeScale: scale, alphaCutoff: 0.02 };
    }
    if (this.kind === "TextLayer") {
      const palette = PALETTES[theme];
      return {
        ...common,
        fontFamily: "Inter, sans-serif", fontWeight: 600, characterSet: CHARACTERS,
        fontSettings: { sdf: true, fontSize: 48, buffer: 8, radius: 16, smoothing: 0.18 },
        outlineWidth: 0.32, outlineColor: rgba(palette.halo, theme),
      };
    }
    return common;
  }
}

const SMALL = 0.4;
const [FAR, CLOSE] = [11.5, 15];

/** How large a symbol that shrinks is drawn: whole where streets are read, small where the city is one shape. */
function nearness(zoom: number): number {
  const step = Math.floor(Math.max(FAR, Math.min(CLOSE, zoom)) * 4) / 4; // quarters: few enough to be cheap
  return SMALL + ((1 - SMALL) * (step - FAR)) / (CLOSE - FAR);
}

type Read = ((i: number) => any) | undefined;

/** Rows whose place is known, without those that are drawn clear or without size. */
function standing(rows: Rows, size: Read, colour: Read): Uint32Array {
  const lon = rows.column("lon");
  const lat = rows.column("lat");
  const places = new Uint32Array(rows.length);
  if (!lon || !lat || Array.isArray(lon) || Array.isArray(lat)) return places.subarray(0, 0);
  let n = 0;
  for (let i = 0; i < rows.length; i++) {
    if (Number.isNaN(lon[i]!) || Number.isNaN(lat[i]!)) continue;
    if ((size && !(size(i) > 0)) || (colour && colour(i)[3] === 0)) continue;
    places[n++] = i;
  }
  return places.subarray(0, n);
}

/** A direction on the ground (degrees against the clock from north) as it appears on a tilted, turned map. */
function onScreen(angle: number, { bearing, pitch }: Look["facing"]): number {
  const turn = ((-angle - bearing) * Math.PI) / 180;
  const flattened = Math.cos((pitch * Math.PI) / 180);
  return (-Math.atan2(Math.sin(turn), Math.cos(turn) * flattened) * 180) / Math.PI;
}

function shapes(rows: Rows, places: Uint32Array): unknown[] {
  const cells = rows.column("geometry");
  if (!Array.isArray(cells)) return [];
  return [...places].map((i) => ({ type: "Feature", properties: {}, geometry: parsed(cells[i]!) }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { type: "GeometryCollection", geometries: [] };
  }
}

const sheets = new Map<Theme, HTMLCanvasElement>();

function sheet(theme: Theme): HTMLCanvasElement {
  let made = sheets.get(theme);
  if (!made) sheets.set(theme, (made = atlas(theme)));
  return made;
}

/** The ring around what is selected. */
export function ring(place: [number, number] | null, theme: Theme): Layer[] {
  if (!place) return [];
  const colour = rgba(PALETTES[theme].selection, theme);
  const common = {
    data: [place], getPosition: (one: [number, number]) => one, billboard: true, radiusUnits: "pixels", lineWidthUnits: "pixels",
    stroked: true, parameters: FLAT, pickable: false,
  } as const;
  return [
    new ScatterplotLayer({
      ...(common as any), id: "selection-glow", getRadius: 21, filled: true, getFillColor: [...colour.slice(0, 3), 38],
      getLineColor: [...colour.slice(0, 3), 90], getLineWidth: 7,
    }),
    new ScatterplotLayer({ ...(common as any), id: "selection", getRadius: 21, filled: false, getLineColor: colour, getLineWidth: 2.5 }),
  ];
}
