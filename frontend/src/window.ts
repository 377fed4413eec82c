// For tests and measurements: a look at what the page has anyway.

import type { Engine } from "./engine";

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
      return { at: engine.desk.now(), replay: engine.desk.replaying, whole: engine.desk.whole };
    },
    column: (layer: string, name: string) => engine.desk.rows(layer).column(name) ?? null,
    row: (layer: string, id: string) => engine.desk.rows(layer).row(id),
    rendered: () => engine.rendered(),
  };
  (window as any).cityglass = shown;
}
