// What is under the pointer: live layers first, then the building, then what lies on the ground.

import type { Map as MapLibre, PointLike } from "maplibre-gl";
import { CLUSTERS } from "./clusters";
import type { Rows } from "./columns";
import type { Drawn } from "./layers";
import type { Overlay } from "./overlay";
import type { LayerSpec } from "./types";

export interface Picked {
  layer: string;
  id: string;
  name: string;
  /** It is a group of things, which has no layer. */
  cluster?: true;
}

export interface Scene {
  map: MapLibre;
  overlay: Overlay;
  /** The group of this place in the order of drawing, with what it is called. */
  group(index: number): { id: string; name: string } | null;
  drawn: Map<string, Drawn>;
  layers: LayerSpec[];
  visible: Set<string>;
  rows(key: string): Rows;
}

const NEAR_PX = 5;

export function pick(scene: Scene, point: { x: number; y: number }): Picked | null {
  return live(scene, point) ?? building(scene, point) ?? ground(scene, point);
}

/** What the live layers have there; cheap enough for every move of the pointer. */
export function live(scene: Scene, { x, y }: { x: number; y: number }): Picked | null {
  const info = scene.overlay.pick(x, y, NEAR_PX);
  if (info?.layer?.id === CLUSTERS) {
    const group = scene.group(info.index);
    return group && { layer: "", ...group, cluster: true };
  }
  const drawn = info?.layer && scene.drawn.get(info.layer.id);
  if (!info || !drawn || !scene.visible.has(drawn.layer.key)) return null;
  const at = drawn.row(info.index);
  const rows = scene.rows(drawn.layer.key);
  const id = rows.ids[at];
  return id === undefined ? null : { layer: drawn.layer.key, id, name: called(rows, at) || drawn.layer.title };
}

export function building(scene: Scene, { x, y }: { x: number; y: number }): Picked | null {
  const parts = styled(scene, (layer) => layer.spec["source"] === "buildings", "buildings");
  const [found] = parts.length ? scene.map.queryRenderedFeatures([x, y] as PointLike, { layers: parts }) : [];
  const id = found?.properties?.["id"];
  return id === undefined ? null : { layer: "buildings", id: String(id), name: String(found!.properties["name"] ?? "") };
}

function ground(scene: Scene, { x, y }: { x: number; y: number }): Picked | null {
  const parts = styled(scene, (part) => part.spec["source"] === "columns");
  const [found] = parts.length ? scene.map.queryRenderedFeatures([x, y] as PointLike, { layers: parts }) : [];
  const id = found?.properties?.["id"];
  if (id === undefined || !found) return null;
  const layer = found.layer.id.split("/")[0]!;
  return { layer, id: String(id), name: String(found.properties["name"] ?? "") };
}

function styled(scene: Scene, of: (part: LayerSpec["parts"][number]) => boolean, key?: string): string[] {
  const found = scene.layers
    .filter((layer) => scene.visible.has(layer.key) && layer.pick !== false && (!key || layer.key === key))
    .flatMap((layer) => layer.parts.map((part, i) => ({ part, id: `${layer.key}/${part.spec["id"] ?? i}` })))
    .filter(({ part }) => part.engine === "maplibre" && of(part));
  return found.map(({ id }) => id).filter((id) => scene.map.getLayer(id));
}

function called(rows: Rows, at: number): string {
  const told = rows.column("name")?.[at] || rows.column("title")?.[at];
  return typeof told === "string" ? told : "";
}
