// Where the ground ends on a tilted map: MapLibre finds nothing in a box that reaches into the sky.

import type { Map as MapLibre, PointLike } from "maplibre-gl";

const STEP_PX = 8;
const RADIANS = Math.PI / 180;

/** Where MapLibre lets its sky begin, a little below the true horizon: pixels from the top; below 0 it is out of sight. */
export function skyline(map: MapLibre, height: number): number {
  const far = Math.tan((90 - map.getPitch()) * RADIANS) / Math.tan((map.getVerticalFieldOfView() / 2) * RADIANS);
  return (height / 2) * (1 - far * 0.85);
}

/** The part of the picture that shows ground, as a box in pixels. */
export function groundOf(map: MapLibre): [PointLike, PointLike] {
  const { clientWidth: width, clientHeight: height } = map.getCanvas();
  let top = 0;
  while (top < height && !meetsGround(map, width / 2, top)) top += STEP_PX;
  return [
    [0, Math.min(top ? top + STEP_PX : 0, height)],
    [width, height],
  ];
}

/** In the sky a point leads to the horizon instead, and not back to itself. */
function meetsGround(map: MapLibre, x: number, y: number): boolean {
  return Math.abs(map.project(map.unproject([x, y])).y - y) < 1;
}
