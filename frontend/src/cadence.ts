// When the map is drawn: at the next frame what a hand or the page asks for, and live values together, a few times a second.

const DRAW_MS = 250; // live values four times a second: more is not read, and costs a machine without a GPU dearly

export class Cadence {
  private readonly dirty = new Set<string>();
  private asked = 0;
  private waiting = 0;
  private drawnAt = 0;

  /** `draw` gets the keys of the layers that changed. */
  constructor(private readonly draw: (dirty: ReadonlySet<string>) => void) {}

  /** Draws these layers at the next frame. */
  next(keys: Iterable<string>): void {
    for (const key of keys) this.dirty.add(key);
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      this.drawnAt = performance.now();
      this.draw(this.dirty);
      this.dirty.clear();
    });
  }

  /** Draws this layer soon: changes that come close together are drawn together. */
  soon(key: string): void {
    this.dirty.add(key);
    const pause = this.drawnAt + DRAW_MS - performance.now();
    if (pause <= 0) this.next([key]);
    else this.waiting ||= window.setTimeout(() => {
      this.waiting = 0;
      this.next([key]);
    }, pause);
  }

  stop(): void {
    cancelAnimationFrame(this.asked);
    clearTimeout(this.waiting);
  }
}
