// Silence of the server: after 8 seconds without a sign of life a veil with the age of the picture, after 30 the page
// turns red. What cannot be renewed never passes for the present.

export type Silence = "" | "amber" | "red";

export class Veil {
  private heard = performance.now();
  private state: Silence = "";
  private readonly words: HTMLParagraphElement;

  constructor(
    private readonly element: HTMLElement,
    /** Seconds to amber and to red. */
    public limits: [number, number],
    private text: (name: string) => string,
  ) {
    this.words = document.createElement("p");
    element.setAttribute("role", "status");
    element.append(this.words);
    this.show("");
  }

  /** The server spoke. */
  hear(): void {
    this.heard = performance.now();
    if (this.state) this.look();
  }

  age(): number {
    return (performance.now() - this.heard) / 1000;
  }

  look(): Silence {
    const age = this.age();
    const next = age >= this.limits[1] ? "red" : age >= this.limits[0] ? "amber" : "";
    if (next) this.words.textContent = this.text("silence").replace("{age}", this.span(age));
    if (next !== this.state) this.show(next);
    return next;
  }

  clear(): void {
    delete document.documentElement.dataset["silence"];
  }

  private span(age: number): string {
    const [name, n] = age < 100 ? ["seconds", age] : age < 6000 ? ["minutes", age / 60] : ["hours", age / 3600];
    return this.text(name as string).replace("{n}", String(Math.floor(n as number)));
  }

  private show(next: Silence): void {
    this.state = next;
    document.documentElement.dataset["silence"] = next;
    if (next) this.element.dataset["shown"] = next;
    else delete this.element.dataset["shown"]; // its words fade with it, and are not heard: it is hidden
  }
}
