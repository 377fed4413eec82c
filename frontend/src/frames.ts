// A layer's columns as they travel: the same frames that live/frames.py writes. Number columns are views, uncopied.

export type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;
export type Column = Numbers | string[];

export interface Header {
  kind: "snapshot" | "delta" | "heartbeat" | "window";
  layer: string;
  seq: number;
  revision: number;
  since?: number;
  at: number | null;
  /** Of a window: before when it holds. */
  until?: number;
  now: number;
  rows: number;
  /** A column with `rows` of its own is of another length: the moments of a window. */
  columns: { name: string; type: string; offset: number; bytes: number; rows?: number }[];
  gone: string[];
}

export interface Frame {
  header: Header;
  columns: Map<string, Column>;
}

export class FrameError extends Error {}

const MAGIC = 0x00314743; // "CG1\0" read as a little-endian number
const TYPES: Record<string, { new (buffer: ArrayBuffer, offset: number, length: number): Numbers; BYTES_PER_ELEMENT: number }> = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
};
const utf8 = new TextDecoder();

/** The frame in these bytes; throws FrameError when they are none. */
export function decode(buffer: ArrayBuffer): Frame {
  if (buffer.byteLength < 8) throw new FrameError(`${buffer.byteLength} bytes`);
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC) throw new FrameError("another magic");
  const start = 8 + view.getUint32(4, true);
  if (start % 8 || start > buffer.byteLength) throw new FrameError("its header does not fit");
  let header: Header;
  try {
    header = JSON.parse(utf8.decode(new Uint8Array(buffer, 8, start - 8)));
  } catch (fault) {
    throw new FrameError(String(fault));
  }
  const columns = new Map<string, Column>();
  for (const { name, type, offset, bytes, rows = header.rows } of header.columns ?? []) {
    if (offset % 8 || offset < 0 || start + offset + bytes > buffer.byteLength) {
      throw new FrameError(`column ${name} lies outside`);
    }
    columns.set(name, type === "str" ? texts(buffer, start + offset, bytes, rows) : numbers(buffer, start + offset, bytes, type, name, rows));
  }
  header.gone ??= [];
  return { header, columns };
}

function numbers(buffer: ArrayBuffer, at: number, bytes: number, type: string, name: string, rows: number): Numbers {
  const kind = TYPES[type];
  if (!kind || bytes !== rows * kind.BYTES_PER_ELEMENT) throw new FrameError(`column ${name} is ${bytes} bytes of ${type}`);
  return new kind(buffer, at, rows);
}

function texts(buffer: ArrayBuffer, at: number, bytes: number, rows: number): string[] {
  const head = 4 * (rows + 1);
  if (bytes < head) throw new FrameError("text without its offsets");
  const edges = new Uint32Array(buffer, at, rows + 1);
  const data = new Uint8Array(buffer, at + head, bytes - head);
  if (edges[rows]! > data.length) throw new FrameError("text offsets beyond its end");
  const cells: string[] = new Array(rows);
  const whole = utf8.decode(data);
  const plain = whole.length === data.length; // one byte a letter: offsets are positions in the string
  for (let i = 0; i < rows; i++) {
    const a = edges[i]!;
    const b = edges[i + 1]!;
    cells[i] = plain ? whole.slice(a, b) : utf8.decode(data.subarray(a, b));
  }
  return cells;
}
