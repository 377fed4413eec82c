// The words between page and engine: the props of the component, as Python hands them over.

export type Theme = "night" | "day";
/** Dusk is a light of its own; what layers paint, they paint by it as by night. */
export type Light = Theme | "dusk";
export type Colour = string | { night: string; day: string };
export type Status = "fresh" | "late" | "stale" | "dead" | "unknown";
export type State = "connecting" | "live" | "late" | "lost" | "replay";

export type Rule =
  | { columns: [string, string] }
  | { column: string; breaks: number[]; colours: Colour[]; missing?: Colour }
  | { column: string; breaks: number[]; steps: number[]; over?: string; times?: number }
  | { column: string; times?: number }
  | { column: string; values: Record<string, unknown>; other?: unknown; missing?: unknown }
  | { value: unknown }
  | { text: string }
  | { number: string; digits?: number }
  | { fan: [number, number] };

export interface Part {
  engine: "deck" | "maplibre";
  // eslint-style any: a specification is whatever deck.gl or MapLibre understands
  spec: Record<string, any>;
  encode: Record<string, Rule>;
}

export interface LayerSpec {
  key: string;
  title: string;
  stale_after_s: number;
  parts: Part[];
  /** Other ways to paint the same parts, by the key of the look. */
  looks?: Record<string, Part[]>;
  pick?: boolean;
  /** Where its things lie too close together, they are drawn as one. */
  gathers?: boolean;
  /** How badly a row needs a person: 1 worst, 4 information, 0 not at all. */
  worst?: Rule | null;
}

export interface Camera {
  lon: number;
  lat: number;
  zoom: number;
  pitch?: number;
  bearing?: number;
  flight?: number;
  bounds?: [number, number, number, number];
}

export interface Tiles {
  version: string;
  attribution: string;
  bounds: [number, number, number, number] | null;
}

/** A spot that somebody looked for. */
export interface Spot {
  lon: number;
  lat: number;
  name: string;
}

/** A thing of a register while it is edited: where it would stand, where it would look, and what it would see there. */
export interface Draft {
  id: string;
  lon: number;
  lat: number;
  azimuth_deg?: number | null;
  field_of_view_deg?: number | null;
  range_m?: number | null;
  geometry?: Record<string, any> | null;
}

export interface Chosen {
  layer: string | null;
  id: string | null;
}

export interface Props {
  id: string;
  layers: LayerSpec[];
  visible?: string[] | null;
  /** Which look each layer wears; a layer left out is painted by its own parts. */
  looks?: Record<string, string> | null;
  live?: string | null;
  poll_s?: number | null;
  columns: string;
  /** Where the server says which things lie together, or nothing: they are all drawn by themselves. */
  clusters?: string | null;
  /** Where stretches of the past are asked for, or nothing: each instant is asked for by itself. */
  windows?: string | null;
  /** Seconds between the instants that are looked at one after the other; 0: any. */
  step_s?: number | null;
  at?: string | null;
  camera?: Camera | null;
  theme?: Light;
  still?: boolean;
  interactive?: boolean;
  selected?: Chosen | null;
  place?: Spot | null;
  draft?: Draft | null;
  tiles?: Tiles | null;
  words?: Record<string, string>;
  language?: string;
  light?: { azimuth: number; altitude: number } | null;
  silence_s?: [number, number];
  engine?: { module: string; style: string };
}

export interface Outputs {
  clicked?: { layer: string | null; id: string | null; lon: number; lat: number; n: number };
  view?: { lon: number; lat: number; zoom: number; pitch: number; bearing: number; bbox: number[]; seen: [number, number][] };
  pulse?: { state: State; revision: number; rows: Record<string, number>; age_s: number };
  ready?: boolean;
  dragged?: { id: string; lon: number; lat: number; azimuth_deg: number | null; n: number };
}

export type Tell = (outputs: Outputs) => void;
