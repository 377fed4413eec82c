// How a group looks: a plate with the number of things, an arc for the share that answers, and around it the colour and
// the sign of the worst state inside. Where nothing is wrong it has no colour.

import { ScatterplotLayer, TextLayer } from "@deck.gl/layers";
import type { Layer } from "@deck.gl/core";
import type { Cluster } from "./gather";
import { FLAT, LETTERS, sheet, SymbolLayer } from "./layers";
import { PALETTES, rgba } from "./palette";
import { MAPPING, SHARES, SIZE_SCALE } from "./symbols";
import type { Colour, Theme } from "./types";

export const CLUSTERS = "clusters";
/** As incidents wear them: one sign and colour for each severity. */
const SIGNS: Record<number, { sign: string; colour: Colour }> = {
  1: { sign: "diamond", colour: { night: "#ff4d6d", day: "#c4123f" } },
  2: { sign: "triangle", colour: { night: "#ffb020", day: "#b35f00" } },
  3: { sign: "square", colour: { night: "#f2df7e", day: "#7a6a00" } },
};

/** Grows with the number, but slowly: a hundred things are no wall. */
export const radius = (n: number): number => Math.min(27, 11 + 3.2 * Math.log2(n) * 0.8);

/** What an arc of eighths says: all only when all answer, none only when none does. */
export function share(n: number, silent: number): number {
  if (!silent) return SHARES;
  if (silent === n) return 0;
  return Math.max(1, Math.min(SHARES - 1, Math.round(((n - silent) / n) * SHARES)));
}

export function groups(clusters: Cluster[], theme: Theme, language: string): Layer[] {
  if (!clusters.length) return [];
  const palette = PALETTES[theme];
  const number = new Intl.NumberFormat(language);
  const place = (one: Cluster): [number, number] => [one.lon, one.lat];
  const quiet = rgba(palette.labelsQuiet, theme);
  const around = (one: Cluster) => (one.worst in SIGNS ? rgba(SIGNS[one.worst]!.colour, theme) : rgba(palette.casing, theme));
  const common = { parameters: FLAT, getPosition: place, billboard: true } as any;
  const signs = { ...common, pickable: false, iconAtlas: sheet(theme), iconMapping: MAPPING, sizeScale: SIZE_SCALE, sizeUnits: "pixels" };
  const abnormal = clusters.filter(({ worst }) => worst in SIGNS);
  const corner = (one: Cluster): [number, number] => [radius(one.n) * 0.76, -radius(one.n) * 0.76];
  const again = { getLineColor: theme, getFillColor: theme, getColor: theme };
  return [
    new ScatterplotLayer({
      ...common, id: CLUSTERS, data: clusters, pickable: true, stroked: true, filled: true, radiusUnits: "pixels", lineWidthUnits: "pixels",
      getRadius: ({ n }: Cluster) => radius(n), getFillColor: [...rgba(palette.plate, theme).slice(0, 3), 240],
      getLineColor: around, getLineWidth: ({ worst }: Cluster) => (worst in SIGNS ? 3 : 1), updateTriggers: again,
    }),
    new SymbolLayer({
      ...signs, id: "clusters-share", data: clusters, getIcon: ({ n, silent }: Cluster) => `share_${share(n, silent)}`,
      getSize: ({ n }: Cluster) => radius(n) * 2 - 7, getColor: quiet, updateTriggers: again,
    }),
    new TextLayer({
      ...common, id: "clusters-number", data: clusters, pickable: false, ...LETTERS, getText: ({ n }: Cluster) => number.format(n),
      getSize: ({ n }: Cluster) => (n > 99 ? 12 : 13), getColor: rgba(palette.text, theme), sizeUnits: "pixels", updateTriggers: again,
    }),
    new SymbolLayer({
      ...signs, id: "clusters-worst", data: abnormal, getIcon: ({ worst }: Cluster) => SIGNS[worst]!.sign,
      getColor: around, getSize: 13, getPixelOffset: corner, updateTriggers: again,
    }),
  ] as Layer[];
}

/** What a group is, in words. */
export function named({ n, silent, worst }: Cluster, text: (name: string) => string, language: string): string {
  const number = new Intl.NumberFormat(language);
  const parts = [text("cluster").replace("{n}", number.format(n))];
  if (silent) parts.push(text("cluster_silent").replace("{n}", number.format(silent)));
  if (worst) parts.push(text(`worst_${worst}`));
  return parts.join(" · ");
}

