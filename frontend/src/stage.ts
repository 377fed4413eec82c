// The elements of the map, once made and never replaced: stage, haze, scale, credit, tip, buttons, veil.

export interface Stage {
  scale: number;
  stage: HTMLElement;
  map: HTMLElement;
  haze: HTMLElement;
  tip: HTMLElement;
  bar: HTMLElement;
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
  const foot = made("cg-foot", whole);
  const [bar, credit] = [made("cg-scale", foot), made("cg-credit", foot)];
  return { ...parts, bar, credit, tip: made("cg-tip", whole), veil: made("cg-veil", whole), scale: 1 };
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
