// Encoding rules of a part as accessors by row number: no object is made for a row.

import type { Rows } from "./columns";
import { rgba, type Rgba } from "./palette";
import { STATUSES } from "./status";
import type { Rule, Theme } from "./types";

export interface Look {
  rows: Rows;
  /** Band of each row, as indices into STATUSES. */
  status: Uint8Array;
  theme: Theme;
  language: string;
  /** How far a row stands aside because other layers have a symbol at the same thing, in pixels. */
  aside: (i: number) => [number, number];
  /** Changes whenever anything had to stand elsewhere. */
  moved: number;
  zoom: number;
  /** Rows that are drawn within a group and not by themselves, and a number that changes when others are. */
  within: { cells: Uint8Array; version: number };
  /** How the map is turned and tilted, in whole degrees. */
  facing: { bearing: number; pitch: number };
}

type Cell = (i: number) => unknown;
type Number = (i: number) => number;
type Told = Record<string, any>;

/** What the accessor of this name gets for row i. */
export function accessor(name: string, rule: Rule, look: Look): (i: number) => any {
  if (/colou?r$/i.test(name)) return colours(rule as Told, look);
  if ("fan" in rule) return beside(rule.fan, look);
  if ("columns" in rule) return position(rule.columns, look.rows);
  const told = rule as Told;
  if (name === "getText") return texts(told, look);
  if ("values" in told) return choice(told, look);
  if ("value" in told) return () => told["value"];
  const number = numbers(told, look);
  const steps: unknown[] | undefined = told["steps"];
  return (i) => {
    const value = number(i);
    if (Number.isNaN(value)) return told["missing"] ?? 0;
    return steps ? steps[band(value, told["breaks"])] : value;
  };
}

/** A value that equals a break is in the band above it. */
function band(value: number, breaks: number[]): number {
  let found = 0;
  while (found < breaks.length && value >= breaks[found]!) found++;
  return found;
}

/** Do any of these rules look at the age of a row? */
export function ages(encode: Record<string, Rule>): boolean {
  return Object.values(encode).some((rule) => (rule as Told)["column"] === "status");
}

function beside([x, y]: [number, number], look: Look): (i: number) => [number, number] {
  return (i) => {
    const [right, down] = look.aside(i);
    return [right + x, down + y];
  };
}

function position([lon, lat]: [string, string], rows: Rows): (i: number) => [number, number] {
  const x = rows.column(lon) ?? [];
  const y = rows.column(lat) ?? [];
  return (i) => [x[i] as number, y[i] as number];
}

/** A number by `column`, divided by the column `over` and multiplied by `times`; NaN where it is not known. */
function numbers(rule: Told, { rows }: Look): Number {
  const name = rule["column"] ?? rule["number"];
  const cells = rows.column(name);
  if (!cells || Array.isArray(cells)) return () => NaN;
  const times = rule["times"] ?? 1;
  if (!rule["over"]) return (i) => cells[i]! * times;
  const over = rows.column(rule["over"]);
  if (!over || Array.isArray(over)) return () => NaN;
  return (i) => (over[i] ? (cells[i]! / over[i]!) * times : NaN);
}

function cell(name: string, { rows, status }: Look): Cell {
  if (name === "status") return (i) => STATUSES[status[i]!];
  const cells = rows.column(name);
  if (!cells) return () => null;
  if (Array.isArray(cells)) return (i) => cells[i] || null;
  return (i) => (Number.isNaN(cells[i]!) ? null : cells[i]);
}

function choice(rule: Told, look: Look): Cell {
  const told = cell(rule["column"], look);
  const values: Told = rule["values"];
  // by age, what is left out looks like what is fresh
  const other = "other" in rule ? rule["other"] : rule["column"] === "status" ? values["fresh"] : undefined;
  const missing = "missing" in rule ? rule["missing"] : other;
  return (i) => {
    const value = told(i);
    if (value === null) return missing;
    const key = String(value);
    return key in values ? values[key] : other;
  };
}

function colours(rule: Told, look: Look): (i: number) => Rgba {
  const { theme } = look;
  if ("value" in rule) {
    const one = rgba(rule["value"], theme);
    return () => one;
  }
  if ("values" in rule) {
    const told = choice(rule, look);
    return (i) => rgba(told(i), theme);
  }
  const breaks: number[] = rule["breaks"] ?? [];
  const ramp = ((rule["colours"] as unknown[]) ?? []).map((one) => rgba(one, theme));
  const missing = rgba(rule["missing"] ?? "#00000000", theme);
  const number = numbers(rule, look);
  return (i) => {
    const value = number(i);
    if (Number.isNaN(value)) return missing;
    return ramp[Math.min(band(value, breaks), ramp.length - 1)] ?? missing;
  };
}

function texts(rule: Told, look: Look): (i: number) => string {
  if ("number" in rule) {
    const digits = rule["digits"] ?? 0;
    const format = new Intl.NumberFormat(look.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const number = numbers(rule, look);
    return (i) => {
      const value = number(i);
      return Number.isNaN(value) ? "" : format.format(value);
    };
  }
  const told = "text" in rule ? cell(rule["text"], look) : "values" in rule ? choice(rule, look) : () => rule["value"];
  return (i) => String(told(i) ?? "");
}
