// The colours of look.md, night, day and dusk, and what turns a colour of a specification into numbers.

import type { Colour, Light, Theme } from "./types";

export interface Palette {
  ground: string;
  land: string;
  water: string;
  waterEdge: string;
  green: string;
  streets: string;
  streetsMajor: string;
  casing: string;
  rail: string;
  buildingLow: string;
  buildingMid: string;
  buildingHigh: string;
  shade: string;
  labels: string;
  labelsQuiet: string;
  labelsWater: string;
  text: string;
  halo: string;
  /** Signs of places and what they stand on. */
  sign: string;
  plate: string;
  selection: string;
  sky: string;
  horizon: string;
}

export const PALETTES: Record<Light, Palette> = {
  night: {
    ground: "#0d1219",
    land: "#121922",
    water: "#0b1c2b",
    waterEdge: "#12293c",
    green: "#132021",
    streets: "#1f2935",
    streetsMajor: "#2d3a49",
    casing: "#0d1219",
    rail: "#2a3542",
    buildingLow: "#26323f",
    buildingMid: "#334353",
    buildingHigh: "#42566b",
    shade: "#05080c",
    labels: "#93a4b8",
    labelsQuiet: "#70839a",
    labelsWater: "#4d7394",
    text: "#e7edf4",
    halo: "#0d1219",
    sign: "#9fb0c3",
    plate: "#1b2531",
    selection: "#7cc4ff",
    sky: "#0a1018",
    horizon: "#16202c",
  },
  day: {
    ground: "#f3f5f7",
    land: "#eef1f3",
    water: "#c9dce8",
    waterEdge: "#b4cddd",
    green: "#dfe9dd",
    streets: "#ffffff",
    streetsMajor: "#ffffff",
    casing: "#d5dce3",
    rail: "#c3ccd5",
    buildingLow: "#dde3e9",
    buildingMid: "#cbd4dd",
    buildingHigh: "#b9c4d0",
    shade: "#8795a3",
    labels: "#52616f",
    labelsQuiet: "#6d7c8a",
    labelsWater: "#4f7d9c",
    text: "#17202b",
    halo: "#f6f8f9",
    sign: "#4a5967",
    plate: "#fbfcfd",
    selection: "#0b63ce",
    sky: "#dbe7f0",
    horizon: "#f3f5f7",
  },
  // The sun has just gone down behind the hills in the west: warm and low over there, blue above, lamps in the streets.
  dusk: {
    ground: "#161927",
    land: "#1f2233",
    water: "#736d8b",
    waterEdge: "#b8968f",
    green: "#212f33",
    streets: "#3d3a4a",
    streetsMajor: "#86694f",
    casing: "#191b29",
    rail: "#4a475a",
    buildingLow: "#3b3d54",
    buildingMid: "#6d6378",
    buildingHigh: "#e3c4a6",
    shade: "#0b0c15",
    labels: "#cfc6cf",
    labelsQuiet: "#a89fae",
    labelsWater: "#e6d3cf",
    text: "#f4ecea",
    halo: "#191b29",
    sign: "#cbbfc4",
    plate: "#2a2c3f",
    selection: "#7cc4ff",
    sky: "#27345a",
    horizon: "#e79a6b",
  },
};

/** What layers paint by this light: they know night and day. */
export const theme = (light: Light): Theme => (light === "day" ? "day" : "night");

export type Rgba = [number, number, number, number];

const known = new Map<string, Rgba>();

/** A colour of a specification as numbers; what cannot be read is clear. */
export function rgba(colour: unknown, theme: Theme): Rgba {
  const told = (colour && typeof colour === "object" ? (colour as Record<Theme, string>)[theme] : colour) as Colour;
  if (typeof told !== "string") return [0, 0, 0, 0];
  let numbers = known.get(told);
  if (!numbers) {
    const hex = /^#([0-9a-f]{6})([0-9a-f]{2})?$/i.exec(told);
    const value = hex ? parseInt(hex[1]!, 16) : 0;
    const alpha = hex ? (hex[2] ? parseInt(hex[2], 16) : 255) : 0;
    numbers = [value >> 16, (value >> 8) & 255, value & 255, alpha];
    known.set(told, numbers);
  }
  return numbers;
}

/** The same specification with every pair of night and day made one colour. */
export function themed<T>(spec: T, theme: Theme): T {
  if (Array.isArray(spec)) return spec.map((one) => themed(one, theme)) as T;
  if (!spec || typeof spec !== "object") return spec;
  const told = spec as Record<string, unknown>;
  if ("night" in told && "day" in told) return told[theme] as T;
  return Object.fromEntries(Object.entries(told).map(([name, one]) => [name, themed(one, theme)])) as T;
}
