// For tests and measurements: a look at what the page has anyway.

import type { Engine } from "./engine";
import { groundOf } from "./horizon";

export function handle(engine: Engine): void {
  const shown = {
    get map() {
      return engine.map;
    },
    get revision() {
      return engine.desk.revision;
    },
    get state() {
      return engine.state;
    },
    get moment() {
      const { replaying: replay, whole, near } = engine.desk;
      return { at: engine.desk.now(), replay, whole, near };
    },
    get visible() {
      return [...engine.visible];
    },
    column: (layer: string, name: string) => engine.desk.rows(layer).column(name) ?? null,
    row: (layer: string, id: string) => engine.desk.rows(layer).row(id),
    written: (layer: string) => [...engine.drawn.values()].filter((one) => one.layer.key === layer && one.writes).flatMap((one) => one.ids),
    clusters: () => engine.gathering.clusters,
    rendered: () => rendered(engine),
  };
  (window as any).cityglass = shown;
}

/** How many things of each kind the last picture really holds. */
function rendered({ props, map, desk, visible }: Engine): Record<string, number> {
  const found: Record<string, number> = {};
  for (const layer of props.layers) {
    const styled = layer.parts.map((part, i) => `${layer.key}/${part.spec["id"] ?? i}`).filter((id) => map.getLayer(id));
    found[layer.key] = styled.length
      ? new Set(map.queryRenderedFeatures(groundOf(map), { layers: styled }).map((one) => one.properties["id"])).size
      : visible.has(layer.key) ? desk.rows(layer.key).length : 0;
  }
  return found;
}
