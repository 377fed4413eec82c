// How far the page's panels reach over the map, looked up where they lie: the map need not know which page it is on.

import type { Map as MapLibre } from "maplibre-gl";

const STEP_PX = 12;
const FARTHEST = 0.45; // of the picture; what reaches farther leaves no room beside it

export interface Edges {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** Pixels of the map that panels cover at the middle of each edge. */
export function covered(map: MapLibre): Edges {
  const container = map.getContainer();
  const box = container.getBoundingClientRect();
  const scale = container.clientWidth / (box.width || 1); // on a wall everything is drawn larger
  const host = container.closest(".cityglass-map");
  const under = (x: number, y: number): boolean => {
    const on = document.elementFromPoint(box.left + x, box.top + y);
    return !!on && !host?.contains(on);
  };
  const reach = (length: number, at: (depth: number) => boolean): number => {
    for (let depth = length * FARTHEST; depth > 0; depth -= STEP_PX) if (at(depth)) return Math.round((depth + STEP_PX) * scale);
    return 0;
  };
  const [x, y] = [box.width / 2, box.height / 2];
  return {
    top: reach(box.height, (depth) => under(x, depth)),
    bottom: reach(box.height, (depth) => under(x, box.height - depth)),
    left: reach(box.width, (depth) => under(depth, y)),
    right: reach(box.width, (depth) => under(box.width - depth, y)),
  };
}
