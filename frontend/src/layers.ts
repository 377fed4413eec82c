// Parts for deck.gl: the specification is made into a layer once, by an explicit list of classes; what changes is
// handed to copies of it as accessors over the columns.

import type { Layer } from "@deck.gl/core";
import { JSONConverter } from "@deck.gl/json";
import { ColumnLayer, GeoJsonLayer, IconLayer, LineLayer, ScatterplotLayer, TextLayer } from "@deck.gl/layers";
import type { Rows } from "./columns";
import { PALETTES, rgba } from "./palette";
import type { Room } from "./room";
import { accessor, ages, type Look } from "./rules";
import { atlas, MAPPING, SIZE_SCALE, symbol } from "./symbols";
import type { LayerSpec, Part, Rule, Theme } from "./types";

/** Symbols of our atlas: red is what the layer tints, green the grey of the halo. */
export class SymbolLayer extends IconLayer<any> {
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
export const FLAT = { depthCompare: "always", depthWriteEnabled: false };
/** How every word over the map is set. */
export const LETTERS = {
  fontFamily: "Inter, sans-serif", fontWeight: 600, characterSet: "auto",
  fontSettings: { sdf: true, fontSize: 48, buffer: 8, radius: 16, smoothing: 0.18 },
} as const;

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
  private readonly rank: Rule | undefined;
  private last: { rows: Rows; version: number; bands: number; within: number; data: unknown; places: Uint32Array } | null = null;

  constructor(
    readonly layer: LayerSpec,
    part: Part,
    index: number,
  ) {
    this.kind = part.spec["@@type"];
    this.id = `${layer.key}/${part.spec["id"] ?? index}`;
    const { rank, ...encode } = part.encode;
    this.rank = rank;
    this.encode = Object.entries(encode).map(([name, rule]) => [camel(name), rule]);
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

  /** The layer as it looks now, words only where there is room for them; null while there is nothing to draw. */
  draw(look: Look, bands: number, visible: boolean, room: Room): Layer | null {
    const { rows, theme, facing, zoom, within } = look;
    const read = new Map(this.encode.map(([name, rule]) => [name, accessor(name, rule, look)]));
    let last = this.last;
    const same = last && last.rows === rows && last.version === rows.version && last.within === within.version;
    const seen = visible && zoom >= this.minZoom;
    if (!last || !same || (this.aging && last.bands !== bands) || (this.writes && seen)) {
      const all = standing(rows, within.cells, read.get("getSize"), read.get("getColor"));
      const places = this.writes && seen ? this.fitting(all, read, look, room) : all;
      if (!last || !same || (this.aging && last.bands !== bands) || !equal(places, last.places)) {
        const data = this.kind === "GeoJsonLayer" ? shapes(rows, places) : { length: places.length };
        last = this.last = { rows, version: rows.version, bands, within: within.version, data, places };
      }
    }
    const { places, data } = last;
    if (!places.length) return null;
    const near = this.shrinks ? nearness(zoom) : 1;
    const props: Record<string, unknown> = { data, visible: seen };
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

  /** What it drew last. */
  get ids(): string[] {
    const { rows, places } = this.last ?? { rows: null, places: [] };
    return [...places].map((i) => rows!.ids[i]!);
  }

  /** Does it say what this thing is called? */
  says(id: string): boolean {
    return this.encode.some(([name, rule]) => name === "getText" && "text" in rule) && this.ids.includes(id);
  }

  /** Is it words, of which only some find room? */
  get writes(): boolean {
    return this.kind === "TextLayer";
  }

  /** Those of the rows whose words find room, the lowest rank first. */
  private fitting(all: Uint32Array, read: Map<string, (i: number) => any>, look: Look, room: Room): Uint32Array {
    const rank = this.rank ? accessor("rank", this.rank, look) : () => 0;
    const [place, text, size, offset] = ["getPosition", "getText", "getSize", "getPixelOffset"].map((name) => read.get(name));
    const aside: [number, number] = (this.template.props as any).getPixelOffset;
    const first = [...all].sort((a, b) => rank(a) - rank(b));
    const beside = (i: number) => offset?.(i) ?? (Array.isArray(aside) ? aside : [0, 0]);
    return Uint32Array.from(first.filter((i) => room.take(place!(i), text!(i), size!(i), beside(i)))).sort();
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
        ...common, ...LETTERS, outlineWidth: 0.32, outlineColor: rgba(palette.halo, theme),
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

const equal = (a: Uint32Array, b: Uint32Array): boolean => a.length === b.length && a.every((one, i) => one === b[i]);

/** Rows whose place is known, without those that are drawn clear or without size, or within a group. */
function standing(rows: Rows, within: Uint8Array, size: Read, colour: Read): Uint32Array {
  const lon = rows.column("lon");
  const lat = rows.column("lat");
  const places = new Uint32Array(rows.length);
  if (!lon || !lat || Array.isArray(lon) || Array.isArray(lat)) return places.subarray(0, 0);
  let n = 0;
  for (let i = 0; i < rows.length; i++) {
    if (Number.isNaN(lon[i]!) || Number.isNaN(lat[i]!) || within[i]) continue;
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

export function sheet(theme: Theme): HTMLCanvasElement {
  let made = sheets.get(theme);
  if (!made) sheets.set(theme, (made = atlas(theme)));
  return made;
}

