// The elements of the map, once made and never replaced: stage, haze, tip, credit, buttons, veil.

import type { Map as MapLibre } from "maplibre-gl";

export interface Stage {
  scale: number;
  stage: HTMLElement;
  map: HTMLElement;
  haze: HTMLElement;
  tip: HTMLElement;
  credit: HTMLElement;
  zoom: HTMLElement;
  veil: HTMLElement;
}

const made = (name: string, parent: HTMLElement): HTMLElement => {
  const element = document.createElement("div");
  element.className = name;
  parent.append(element);
  return element;
};

export function stage(host: HTMLElement): Stage {
  const whole = made("cg-stage", host);
  const map = made("cg-ground", whole);
  Object.assign(map.style, { position: "absolute", inset: "0" });
  const parts = { stage: whole, map, haze: made("cg-haze", whole), zoom: made("cg-zoom", whole) };
  return { ...parts, credit: made("cg-credit", whole), tip: made("cg-tip", whole), veil: made("cg-veil", whole), scale: 1 };
}

/** A screen of a wall has more than 1,400 lines of its own: it is drawn as 1,080 large ones. */
export function fit(host: HTMLElement, parts: Stage): number {
  const height = host.clientHeight;
  parts.scale = height > 1_400 ? height / 1_080 : 1;
  const part = `${100 / parts.scale}%`;
  Object.assign(parts.stage.style, {
    width: part,
    height: part,
    transform: parts.scale === 1 ? "" : `scale(${parts.scale})`,
  });
  return parts.scale;
}

const SIGNS: Record<string, string> = { in: "M5 12h14M12 5v14", out: "M5 12h14", north: "M12 4l5 15-5-3.4L7 19z" };

/** For those who cannot drag or turn a wheel. */
export function buttons(place: HTMLElement, map: MapLibre, text: (name: string) => string): void {
  const does: Record<string, () => void> = {
    in: () => map.zoomIn(),
    out: () => map.zoomOut(),
    north: () => map.easeTo({ bearing: 0 }),
  };
  place.replaceChildren();
  for (const [name, act] of Object.entries(does)) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = text(name);
    button.setAttribute("aria-label", text(name));
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [key, value] of Object.entries({
      width: "18", height: "18", viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2",
      "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
    })) icon.setAttribute(key, value);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", SIGNS[name]!);
    icon.append(path);
    button.append(icon);
    button.onclick = act;
    place.append(button);
  }
}
