// Room for words on the map: what matters most is written first, and what would lie over it is left out.

import type { Map as MapLibre } from "maplibre-gl";

type Box = [left: number, top: number, right: number, bottom: number];

const GAP_PX = 3;
const LETTER = 0.56; // mean width of a letter, in heights of the type

export class Room {
  private readonly taken: Box[] = [];
  private readonly outer: Box;

  constructor(private readonly map: MapLibre) {
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    this.outer = [-width / 2, -height / 2, width * 1.5, height * 1.5]; // a little beyond, for the next turn of the hand
  }

  /** Takes the room for a word of this size (px) at this offset from a place; false where it is taken, or out of sight. */
  take([lon, lat]: [number, number], text: string, size: number, [dx, dy]: [number, number]): boolean {
    const { x, y } = this.map.project([lon, lat]);
    const [half, tall] = [(text.length * size * LETTER) / 2 + GAP_PX, size * 0.65 + GAP_PX];
    const box: Box = [x + dx - half, y + dy - tall, x + dx + half, y + dy + tall];
    if (!meet(box, this.outer) || this.taken.some((other) => meet(box, other))) return false;
    this.taken.push(box);
    return true;
  }
}

const meet = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
