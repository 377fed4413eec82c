// Buttons for those who cannot drag or turn a wheel: closer, further away, north up, flat or raised, follow.

import type { Map as MapLibre } from "maplibre-gl";
import type { Following } from "./following";

const SIGNS: Record<string, string> = {
  in: "M5 12h14M12 5v14",
  out: "M5 12h14",
  north: "M12 3l5 16-5-3.600L7 19z",
  follow: "M12 2v4M12 18v4M2 12h4M18 12h4M12 7.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9z",
};
const RAISED = 55; // degrees of tilt where nobody tilted the map before
const LEAST = 20;
const TURN_MS = 800;

/** Seen from straight above, a city is a plan: its buildings lie flat. */
export const flat = (map: MapLibre): boolean => map.getPitch() < 0.5;

export class Controls {
  private readonly made = new Map<string, HTMLButtonElement>();
  private tilt = RAISED;

  constructor(
    place: HTMLElement,
    private readonly map: MapLibre,
    private readonly following: Following,
    private readonly text: (name: string) => string,
    private readonly still: () => boolean,
  ) {
    const does: Record<string, () => void> = {
      in: () => map.zoomIn(this.way),
      out: () => map.zoomOut(this.way),
      north: () => map.easeTo({ bearing: 0, ...this.way }),
      raise: () => map.easeTo({ pitch: flat(map) ? this.tilt : 0, ...this.way }),
      follow: () => this.follow(!following.on),
    };
    place.replaceChildren(...Object.entries(does).map(([name, act]) => this.button(name, act)));
    map.on("rotate", () => this.turned());
    map.on("pitch", () => this.turned());
    this.turned();
    this.show();
  }

  /** Without a place that is selected there is nothing to follow. */
  show(): void {
    const button = this.made.get("follow")!;
    button.hidden = !this.following.on && !this.following.place;
    button.setAttribute("aria-pressed", String(this.following.on));
  }

  private follow(on: boolean): void {
    this.following.set(on);
    this.show();
  }

  private get way() {
    return { duration: this.still() ? 0 : TURN_MS };
  }

  private turned(): void {
    const [pitch, bearing] = [this.map.getPitch(), this.map.getBearing()];
    const [needle] = this.made.get("north")!.children;
    (needle as SVGElement).style.transform = `rotateX(${Math.round(pitch * 0.5)}deg) rotate(${-Math.round(bearing)}deg)`;
    if (pitch >= LEAST) this.tilt = pitch;
    this.name("raise", flat(this.map) ? "raised" : "flat");
    this.made.get("raise")!.textContent = flat(this.map) ? "3D" : "2D";
  }

  private name(button: string, words: string): void {
    const made = this.made.get(button)!;
    if (made.title === this.text(words)) return;
    made.title = this.text(words);
    made.setAttribute("aria-label", this.text(words));
  }

  private button(name: string, act: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset["does"] = name;
    button.onclick = act;
    this.made.set(name, button);
    if (name in SIGNS) {
      this.name(name, name);
      button.append(drawn(SIGNS[name]!));
    }
    return button;
  }
}

function drawn(lines: string): SVGElement {
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({
    width: "18", height: "18", viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2",
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
  })) sign.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", lines);
  sign.append(path);
  return sign;
}
