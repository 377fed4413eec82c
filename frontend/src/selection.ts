// The mark of what is selected: a ring around it, and its name.

import { ScatterplotLayer, TextLayer } from "@deck.gl/layers";
import type { Layer } from "@deck.gl/core";
import { FLAT, LETTERS } from "./layers";
import { PALETTES, rgba } from "./palette";
import type { Room } from "./room";
import type { Rows } from "./columns";
import type { Chosen, Theme } from "./types";

const RING_PX = 21;
const SIZE_PX = 14;
const BELOW: [number, number] = [0, RING_PX + 13];

interface Marked {
  place: [number, number] | null;
  name: string;
}

/** Its own name first, whatever else would be written there. */
export function reserve({ place, name }: Marked, room: Room): void {
  if (place && name) room.take(place, name, SIZE_PX, BELOW);
}

export function selection(place: [number, number] | null, name: string, theme: Theme): Layer[] {
  if (!place) return [];
  const palette = PALETTES[theme];
  const colour = rgba(palette.selection, theme);
  const common = {
    data: [place], getPosition: (one: [number, number]) => one, billboard: true, parameters: FLAT, pickable: false,
  } as any;
  const round = { ...common, radiusUnits: "pixels", lineWidthUnits: "pixels", stroked: true, getRadius: RING_PX };
  return [
    new ScatterplotLayer({
      ...round, id: "selection-glow", filled: true, getFillColor: [...colour.slice(0, 3), 38],
      getLineColor: [...colour.slice(0, 3), 90], getLineWidth: 7,
    }),
    new ScatterplotLayer({ ...round, id: "selection", filled: false, getLineColor: colour, getLineWidth: 2.5 }),
    new TextLayer({
      ...common, ...LETTERS, id: "selection-name", visible: !!name, getText: () => name, getSize: SIZE_PX, sizeUnits: "pixels",
      getColor: rgba(palette.text, theme), getPixelOffset: BELOW, outlineWidth: 0.32, outlineColor: rgba(palette.halo, theme),
      updateTriggers: { getText: name, getColor: theme },
    }),
  ] as Layer[];
}

/** Where what is selected stands, and what it is called. */
export function chosenOf(
  selected: Chosen | null | undefined,
  visible: Set<string>,
  rows: (key: string) => Rows,
): Marked {
  const row = selected?.layer && selected.id && visible.has(selected.layer) ? rows(selected.layer).row(selected.id) : null;
  if (!row || !Number.isFinite(row["lon"])) return { place: null, name: "" };
  return { place: [row["lon"], row["lat"]] as [number, number], name: String(row["title"] || row["name"] || "") };
}
