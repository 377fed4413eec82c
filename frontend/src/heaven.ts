// Light, sky and haze as the sun stands at the time shown: a warm horizon while it is low, a glow after it has set.

import type { LightSpecification, Map as MapLibre, SkySpecification } from "maplibre-gl";
import { skyline } from "./horizon";
import { PALETTES } from "./palette";
import type { Light, Props } from "./types";

type Sun = NonNullable<Props["light"]>;

const LOW = 14; // degrees over the horizon below which light turns warm
const GONE = -9; // degrees below it at which the last glow is gone
const [WARM, GLOW] = ["#f4c79c", "#8d5b50"];

/** How warm the light is, 0 to 1: full as the sun touches the horizon. A light that was chosen by hand has no hour. */
export function warmth(shade: Light, sun: Sun | null | undefined): number {
  if (!sun || shade === "dusk") return 0;
  const { altitude } = sun;
  if (shade === "day") return altitude > 0 ? Math.max(0, 1 - altitude / LOW) : 0;
  return altitude <= 0 ? Math.max(0, 1 - altitude / GONE) : 0;
}

/** Two colours `#rrggbb`, mixed: 0 is the first. */
export function mixed(one: string, other: string, share: number): string {
  const [a, b] = [parseInt(one.slice(1), 16), parseInt(other.slice(1), 16)];
  const parts = [16, 8, 0].map((bits) => {
    const [from, to] = [(a >> bits) & 255, (b >> bits) & 255];
    return Math.round(from + (to - from) * share);
  });
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

export interface Heaven {
  sky: string;
  horizon: string;
}

export function heaven(shade: Light, sun: Sun | null | undefined): Heaven {
  const { sky, horizon } = PALETTES[shade];
  const warm = warmth(shade, sun);
  if (shade === "day") return { sky: mixed(sky, "#b8c4dc", 0.7 * warm), horizon: mixed(horizon, WARM, 0.8 * warm) };
  return { sky: mixed(sky, PALETTES.dusk.sky, 0.8 * warm), horizon: mixed(horizon, GLOW, 0.8 * warm) };
}

export function light(shade: Light, sun: Sun | null | undefined): LightSpecification {
  if (shade === "dusk") return { anchor: "map", color: "#ffe4cf", intensity: 0.38, position: [1.4, sun?.azimuth ?? 282, 80] };
  const night = shade === "night";
  const warm = warmth(shade, sun);
  const up = !!sun && sun.altitude > 3;
  // without a sun, light from the north-west, as on printed maps
  const { azimuth, altitude } = sun && (up || warm > 0.2) ? sun : { azimuth: 315, altitude: 48 };
  const low = up && sun.altitude < 18;
  const clear = low ? (night ? "#cfc4b8" : "#fff1dd") : night ? "#c8d8ea" : "#ffffff";
  return {
    anchor: "map",
    color: mixed(clear, night ? "#d6a58c" : "#ffe3c4", 0.7 * warm),
    intensity: night ? 0.42 : 0.22,
    position: [1.4, azimuth, 90 - Math.max(night ? 18 : 34, Math.min(altitude, 72))], // roofs stay bright by day
  };
}

export function sky(shade: Light, sun: Sun | null | undefined): SkySpecification {
  const { sky, horizon } = heaven(shade, sun);
  return {
    "sky-color": sky,
    "horizon-color": horizon,
    "fog-color": horizon,
    "sky-horizon-blend": 0.7,
    "horizon-fog-blend": 0.6,
    "fog-ground-blend": 0.4,
  };
}

/** Far away the city fades into the sky: a haze at the horizon, which is above the picture until one looks up. */
export function haze(map: MapLibre, element: HTMLElement, height: number): void {
  const pitch = map.getPitch();
  element.style.setProperty("--horizon", `${Math.max(0, Math.round(skyline(map, height)))}px`);
  element.style.opacity = String(Math.max(0, Math.min(1, (pitch - 35) / 30)));
}

/** The haze has the colour of the horizon. */
export function tint(element: HTMLElement, shade: Light, sun: Sun | null | undefined): void {
  element.style.setProperty("--far", heaven(shade, sun).horizon);
}
