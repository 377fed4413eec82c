// Symbols of the map, drawn once for each theme on a canvas: red says how much of a pixel is symbol, green and blue
// carry the grey of the halo around it. The layer tints the symbol and leaves the halo, so that both stay sharp over
// any building.

import SHAPES from "./shapes.json";
import type { Theme } from "./types";

const CELL = 128;
const MIDDLE = CELL / 2;
/** The symbol's own box; around it is room for the halo. A size in a specification means this box. */
const BOX = 96;
export const SIZE_SCALE = CELL / BOX;
const HALO = 9;
const LINE = 11;

type Pen = CanvasRenderingContext2D;
type Draw = (pen: Pen) => void;

const R = BOX / 2;

function circle(pen: Pen, radius: number): void {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, Math.PI * 2);
}

function polygon(pen: Pen, ...points: [number, number][]): void {
  pen.beginPath();
  points.forEach(([x, y], i) => (i ? pen.lineTo(x * R, y * R) : pen.moveTo(x * R, y * R)));
  pen.closePath();
}

function box(pen: Pen, half: number, corner: number): void {
  pen.beginPath();
  pen.roundRect(-half, -half, 2 * half, 2 * half, corner);
}

const solid = (path: Draw): Draw => (pen) => {
  path(pen);
  pen.fill();
};

const outlined = (path: Draw, width = LINE): Draw => (pen) => {
  path(pen);
  pen.lineWidth = width;
  pen.stroke();
};

const both = (...draws: Draw[]): Draw => (pen) => draws.forEach((draw) => draw(pen));

/** What is inside a hollow symbol: the halo's grey, so that its outline reads over anything. */
const INSIDE: Record<string, Draw> = {};

const hatching = (inside: Path2D): Draw => (pen) => {
  pen.save();
  pen.clip(inside);
  pen.lineWidth = 8;
  for (let x = -R * 2; x <= R * 2; x += 20) {
    pen.beginPath();
    pen.moveTo(x - R, R);
    pen.lineTo(x + R, -R);
    pen.stroke();
  }
  pen.restore();
};

const crossing: Draw = (pen) => {
  pen.lineWidth = LINE + 1;
  pen.beginPath();
  pen.moveTo(-R * 0.56, R * 0.56);
  pen.lineTo(R * 0.56, -R * 0.56);
  pen.stroke();
};

const dots: Draw = (pen) => {
  const n = 8;
  for (let k = 0; k < n; k++) {
    const turn = (k / n) * Math.PI * 2;
    pen.beginPath();
    pen.arc(Math.cos(turn) * (R - 7), Math.sin(turn) * (R - 7), 8, 0, Math.PI * 2);
    pen.fill();
  }
};

/** A shape of an instrument, drawn smaller by half the line, so that its outline fills the same box. */
const outline = (path: Path2D): Path2D => {
  const drawn = new Path2D();
  drawn.addPath(path, new DOMMatrix().scale((R - LINE / 2) / R));
  return drawn;
};

const traced = (path: Path2D, width: number, dashes: number[] = []): Draw => (pen) => {
  pen.save();
  pen.lineWidth = width;
  pen.setLineDash(dashes);
  pen.stroke(path);
  pen.restore();
};

/** The five ages of one shape: whole, outline, hatched, struck out, dotted. A disc's have names without its own. */
function ages(name: string, told: string): [string, Draw][] {
  const path = new Path2D(told);
  const edge = outline(path);
  const drawn: Record<string, Draw> = {
    ring: traced(edge, LINE),
    hatch: both(traced(edge, 8), hatching(edge)),
    bar: both(traced(edge, 9), crossing),
    dotted: name === "disc" ? dots : traced(edge, 15, [0.1, 27]),
  };
  const named = Object.entries(drawn).map(([age, draw]): [string, Draw] => [name === "disc" ? age : `${name}_${age}`, draw]);
  for (const [age] of named) INSIDE[age] = (pen) => pen.fill(edge);
  return [[name, (pen) => pen.fill(path)], ...named];
}

/** A camera seen from above, looking north: its body and the cone it looks into. */
const cone: Draw = (pen) => polygon(pen, [-0.72, -0.98], [0.72, -0.98], [0.2, -0.1], [-0.2, -0.1]);
const body: Draw = (pen) => {
  pen.beginPath();
  pen.roundRect(-R * 0.34, -R * 0.16, R * 0.68, R * 1.0, 10);
};

const letterP: Draw = (pen) => {
  pen.lineWidth = 13;
  pen.beginPath();
  pen.moveTo(-R * 0.24, R * 0.6);
  pen.lineTo(-R * 0.24, -R * 0.52);
  pen.lineTo(R * 0.06, -R * 0.52);
  pen.arc(R * 0.06, -R * 0.18, R * 0.34, -Math.PI / 2, Math.PI / 2);
  pen.lineTo(-R * 0.24, R * 0.16);
  pen.stroke();
};

export const SHARES = 8;

/** How many of a group answer, in eighths of an arc that begins at the top. */
const arc = (eighths: number): Draw => (pen) => {
  if (!eighths) return;
  pen.lineWidth = 6;
  pen.beginPath();
  pen.arc(0, 0, R - 4, -Math.PI / 2, -Math.PI / 2 + (eighths / SHARES) * Math.PI * 2);
  pen.stroke();
};

/** A small sheet of paper with a folded corner. */
const paper: Draw = (pen) => polygon(pen, [-0.72, -0.9], [0.72, -0.9], [0.72, 0.4], [0.28, 0.9], [-0.72, 0.9]);

const DRAWN: Record<string, Draw> = {
  ...Object.fromEntries(Array.from({ length: SHARES + 1 }, (_, k) => [`share_${k}`, arc(k)])),
  note: solid(paper),
  ...Object.fromEntries(Object.entries(SHAPES).flatMap(([name, path]) => ages(name, path))),
  diamond: solid((pen) => polygon(pen, [0, -1], [1, 0], [0, 1], [-1, 0])),
  triangle: solid((pen) => polygon(pen, [0, -0.94], [1, 0.82], [-1, 0.82])),
  square: solid((pen) => box(pen, R * 0.84, 8)),
  circle: solid((pen) => circle(pen, R * 0.94)),
  camera: both(solid(body), (pen) => {
    pen.globalAlpha = 0.62;
    cone(pen);
    pen.fill();
    pen.globalAlpha = 1;
  }),
  camera_off: both(outlined(body, 9), outlined(cone, 6), (pen) => {
    pen.lineWidth = 10;
    pen.beginPath();
    pen.moveTo(-R * 0.8, R * 0.8);
    pen.lineTo(R * 0.8, -R * 0.8);
    pen.stroke();
  }),
  parking: (pen) => {
    // the letter is left open, so that the halo's grey writes it
    pen.save();
    box(pen, R * 0.9, 16);
    pen.fill();
    pen.globalCompositeOperation = "destination-out";
    letterP(pen);
    pen.restore();
  },
};
INSIDE["parking"] = (pen) => {
  box(pen, R * 0.9, 16);
  pen.fill();
};

/** Solid signs whose layers draw an edge of their own. */
const EDGED = new Set([...Object.keys(SHAPES), "parking"]);
const NAMES = Object.keys(DRAWN);

/** The symbol of this name; an unknown name is drawn as a disc. */
export function symbol(name: unknown): string {
  return typeof name === "string" && name in DRAWN ? name : "disc";
}

const COLUMNS = 8;
const place = (i: number) => ({ x: (i % COLUMNS) * CELL, y: Math.floor(i / COLUMNS) * CELL });

export const MAPPING = Object.fromEntries(
  NAMES.map((name, i) => [name, { ...place(i), width: CELL, height: CELL, mask: true }]),
);

/** All symbols on one sheet. */
export function atlas(theme: Theme): HTMLCanvasElement {
  const sheet = canvas(CELL * COLUMNS, CELL * Math.ceil(NAMES.length / COLUMNS));
  const pen = sheet.getContext("2d")!;
  const grey = theme === "night" ? 14 : 255;
  NAMES.forEach((name, i) => {
    const { x, y } = place(i);
    pen.drawImage(one(name, grey), x, y);
  });
  return sheet;
}

function one(name: string, grey: number): HTMLCanvasElement {
  const shape = canvas(CELL);
  prepare(shape, `rgb(255,${grey},${grey})`, DRAWN[name]!);
  const shade = canvas(CELL);
  const pen = shade.getContext("2d")!;
  prepare(shade, `rgb(0,${grey},${grey})`, (at) => {
    const inside = INSIDE[name];
    if (!inside) return;
    at.globalAlpha = name === "parking" ? 1 : 0.72;
    inside(at);
  });
  if (EDGED.has(name)) {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(shape, 0, 0);
    return shade;
  }
  // the halo: the shape's own silhouette, pushed outwards all around
  const silhouette = canvas(CELL);
  prepare(silhouette, `rgb(0,${grey},${grey})`, (at) => {
    at.setTransform(1, 0, 0, 1, 0, 0);
    at.drawImage(shape, 0, 0);
    at.globalCompositeOperation = "source-in";
    at.fillRect(0, 0, CELL, CELL);
  });
  const around = canvas(CELL);
  const spread = around.getContext("2d")!;
  for (let k = 0; k < 24; k++) {
    const turn = (k / 24) * Math.PI * 2;
    spread.drawImage(silhouette, Math.cos(turn) * HALO, Math.sin(turn) * HALO);
  }
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.globalCompositeOperation = "destination-over";
  pen.globalAlpha = 0.85;
  pen.drawImage(around, 0, 0);
  pen.globalAlpha = 1;
  pen.globalCompositeOperation = "source-over";
  pen.drawImage(shape, 0, 0);
  return shade;
}

function prepare(sheet: HTMLCanvasElement, colour: string, draw: Draw): void {
  const pen = sheet.getContext("2d")!;
  pen.translate(MIDDLE, MIDDLE);
  pen.fillStyle = pen.strokeStyle = colour;
  pen.lineJoin = pen.lineCap = "round";
  draw(pen);
}

function canvas(width: number, height = CELL): HTMLCanvasElement {
  const sheet = document.createElement("canvas");
  sheet.width = width;
  sheet.height = height;
  return sheet;
}
