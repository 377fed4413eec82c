// How fresh the picture is: told to the page when that changes, and every few seconds.

import type { Desk } from "./news";
import { Veil } from "./silence";
import type { Outputs, State } from "./types";

const PULSE_MS = 5_000;
const SILENCE_S: [number, number] = [8, 30];

export class Pulse {
  state: State = "connecting";
  private readonly veil: Veil;
  private told = { at: 0, state: "" as string };
  private alive = false;

  constructor(
    element: HTMLElement,
    private readonly desk: () => Desk,
    text: (name: string) => string,
    private readonly tell: (pulse: NonNullable<Outputs["pulse"]>) => void,
  ) {
    this.veil = new Veil(element, SILENCE_S, text);
  }

  limit(silence_s: [number, number] = SILENCE_S): void {
    this.veil.limits = silence_s;
  }

  /** The server spoke. */
  hear(): void {
    this.alive = true;
    this.veil.hear();
    if (this.state !== "live") this.beat();
  }

  beat(): void {
    const silence = this.veil.look();
    const desk = this.desk();
    if (silence === "red") this.state = "lost";
    else if (silence === "amber") this.state = "late";
    else if (!this.alive) this.state = "connecting";
    else this.state = desk.replaying ? "replay" : "live";
    const now = performance.now();
    if (this.told.state === this.state && now - this.told.at < PULSE_MS) return;
    this.told = { at: now, state: this.state };
    this.tell({ state: this.state, revision: desk.revision, rows: desk.counts(), age_s: Math.round(this.veil.age() * 10) / 10 });
  }

  clear(): void {
    this.veil.clear();
  }
}
