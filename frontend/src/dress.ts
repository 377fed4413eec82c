// What the map wears under the live layers: the style that follows from the props, the tilt and what is named, and the mark
// of the building that is selected.

import type { Map as MapLibre } from "maplibre-gl";
import { flat } from "./controls";
import { apply, style, type Style } from "./style";
import type { Props } from "./types";

export class Dress {
  private worn: Style | null = null;
  private marked: string | null = null;
  private flattened = false;
  private divided = false;

  constructor(private readonly map: MapLibre) {}

  /** Nothing can be put on before the map has loaded. */
  get ready(): boolean {
    return this.worn !== null;
  }

  wear(props: Props, visible: Set<string>): void {
    const { theme: shade = "night", language = "vi", layers, tiles, light, selected, looks } = props;
    const building = selected?.layer === "buildings" ? selected.id : null;
    this.flattened = flat(this.map);
    const { divided, flattened } = this;
    const next = style({ shade, language, layers, visible, tiles, light, building, looks: looks ?? {}, divided, flat: flattened });
    apply(this.map, this.worn, next);
    this.worn = next;
    this.mark(building);
  }

  /** Has it been tilted up from a plan, or down to one? */
  get tilted(): boolean {
    return this.ready && this.flattened !== flat(this.map);
  }

  /** Says whether anything changes when the city's own districts stand on the map, with their names, or do not. */
  divide(divided: boolean): boolean {
    const other = this.divided !== divided;
    this.divided = divided;
    return other && this.ready;
  }

  private mark(building: string | null): void {
    const was = this.marked;
    if (was === building || !this.map.getSource("buildings")) return;
    const target = (id: string) => ({ source: "buildings", sourceLayer: "buildings", id });
    if (was) this.map.removeFeatureState(target(was));
    if (building) this.map.setFeatureState(target(building), { selected: true });
    this.marked = building;
  }
}
