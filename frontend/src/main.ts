// The way in: components/city_map.js imports this module and mounts one engine for the life of the page.

import { setWorkerUrl } from "maplibre-gl";
import { Engine } from "./engine";
import type { Props, Tell } from "./types";

export { share } from "./clusters";
export { decode } from "./frames";
export { heaven, light, warmth } from "./heaven";
export { round } from "./scale";
export { status } from "./status";

declare const WORKER: string;

setWorkerUrl(new URL(WORKER, import.meta.url).href);

/** What the component holds on to. */
export interface Mounted {
  update(props: Props): void;
  remove(): void;
}

/** Puts the map into this element; resolves when its style sheet and letters are here. */
export async function mount(host: HTMLElement, props: Props, tell: Tell): Promise<Mounted> {
  await dressed(props.engine?.style);
  const canvas = drawing();
  if (!canvas) return apology(host, props);
  const note = said(host, props.words?.["drawing"]);
  await lettered();
  const heard: Tell = (outputs) => {
    if (outputs.ready) note.remove();
    tell(outputs);
  };
  return new Engine(host, props, heard, canvas);
}

// What draws where there is no graphics processor: a frame with smooth edges takes it twice as long as one without.
const SOFTWARE = /swiftshader|llvmpipe|softpipe|basic render/i;

/** How this browser's canvas is drawn on; null where it cannot draw the map. */
function drawing(): { antialias: boolean } | null {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return null;
  const told = context.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(context.getParameter(told ? told.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext(); // browsers keep few of them
  return { antialias: !SOFTWARE.test(renderer) };
}

/** A browser that cannot draw the map says so, and the rest of the page works without it. */
function apology(host: HTMLElement, props: Props): Mounted {
  host.dataset["theme"] = props.theme ?? "night";
  const note = said(host, props.words?.["failed"]);
  return { update: (next) => void (host.dataset["theme"] = next.theme ?? "night"), remove: () => note.remove() };
}

function said(host: HTMLElement, words = ""): HTMLElement {
  const note = document.createElement("p");
  note.className = "cg-note";
  note.setAttribute("role", "status");
  note.textContent = words;
  host.append(note);
  return note;
}

function dressed(address: string | undefined): Promise<void> {
  if (!address || document.querySelector(`link[href="${address}"]`)) return Promise.resolve();
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = () => done();
    document.head.append(link);
  });
}

// MapLibre draws labels letter by letter on a canvas, which uses a font only once it is here: every subset of every
// weight is asked for by a letter of its own.
const LETTERS = "Aa1 Đđ ếữọ ăơư ß…";

async function lettered(): Promise<void> {
  const wanted = ["400 16px Inter", "600 16px Inter", "500 16px Inter Medium", "600 16px Inter Semibold", "italic 400 16px Inter Italic"];
  await Promise.race([
    Promise.allSettled(wanted.map((font) => document.fonts.load(font, LETTERS))).then(() => document.fonts.ready),
    new Promise((done) => setTimeout(done, 4_000)), // a city without its own letters is better than none
  ]);
}
