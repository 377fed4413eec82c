// How a value of some age stands: the bands of data_access/records.py, in multiples of the promised interval.

import type { Rows } from "./columns";
import type { Status } from "./types";

export const STATUSES: Status[] = ["fresh", "late", "stale", "dead", "unknown"];
const LATE = 2;
const STALE = 3;
const DEAD = 10;

/** Both in the same unit; an age that is not a number: it never reported. */
export function status(age: number, interval: number): Status {
  return STATUSES[band(age, interval)]!;
}

function band(age: number, interval: number): number {
  if (Number.isNaN(age)) return 4;
  if (age > DEAD * interval) return 3;
  if (age > STALE * interval) return 2;
  return age > LATE * interval ? 1 : 0;
}

/** Writes the band of every row into `into` and says whether any changed. Times in epoch milliseconds. */
export function bands(rows: Rows, now: number, staleAfterS: number, into: Uint8Array): boolean {
  const observed = rows.column("observed_at");
  const intervals = rows.column("interval_s");
  let changed = false;
  for (let i = 0; i < rows.length; i++) {
    let next = 0; // what has no time has no age
    if (observed && !Array.isArray(observed)) {
      const told = intervals && !Array.isArray(intervals) ? intervals[i]! : NaN;
      // a device that never said how often it speaks is stale after the layer's own time
      const interval = Number.isNaN(told) ? staleAfterS / STALE : told;
      next = band((now - observed[i]!) / 1000, interval);
    }
    if (into[i] !== next) {
      into[i] = next;
      changed = true;
    }
  }
  return changed;
}
