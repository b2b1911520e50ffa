// The knobs: what can be asked of a piece. A knob at "auto" leaves its thing to the seed.

import { byId, h } from "./dom.js";
import { number, percent, t } from "./texts.js";

const LARGEST_SEED = 999_999;
const WAIT_MILLISECONDS = 50;
const KNOBS = [
  { name: "intensity", min: 0, max: 1, step: 0.01, begin: 0.5, hasAuto: true, say: percent },
  { name: "brightness", min: 0, max: 1, step: 0.01, begin: 0.5, hasAuto: true, say: percent },
  { name: "tempo", min: 40, max: 320, step: 1, begin: 120, hasAuto: true, say: (value) => t("knob.bpm", { value: number(value) }) },
  { name: "variation", min: 0, max: 1, step: 0.01, begin: 0.5, hasAuto: false, say: percent },
];
const MORPH = { name: "morph", min: 0, max: 180, step: 1, begin: 30, hasAuto: false, say: (value) => t("knob.within", { value: number(value) }) };

export const drawSeed = () => Math.floor(Math.random() * (LARGEST_SEED + 1));

/** A whole number that a seed can be, or null. */
export function readSeed(field) {
  const seed = field.valueAsNumber;
  return Number.isSafeInteger(seed) && seed >= 0 ? seed : null;
}

/** A card with a label, a value in words, a slider, and a box for "auto". */
export class Knob {
  constructor(spec, onTurn) {
    this.spec = spec;
    const { name, min, max, step, begin } = spec;
    this.isAuto = spec.hasAuto;
    this.slider = h("input", { type: "range", id: `knob-${name}`, min, max, step, value: begin });
    this.value = h("output", { for: `knob-${name}`, class: "value" });
    this.auto = spec.hasAuto ? h("input", { type: "checkbox", checked: true, id: `auto-${name}` }) : null;
    this.slider.addEventListener("input", () => {
      this.isAuto = false;
      this.show();
      onTurn();
    });
    this.auto?.addEventListener("change", () => {
      this.isAuto = this.auto.checked;
      this.show();
      onTurn();
    });
  }

  get asked() {
    return this.isAuto ? null : this.slider.valueAsNumber;
  }

  get element() {
    const { name } = this.spec;
    const label = h("label", { class: "name", htmlFor: this.slider.id });
    label.dataset.t = `knob.${name}`;
    const ends = h("div", { class: "ends", "aria-hidden": "true" }, word(`${name}_low`), word(`${name}_high`));
    const head = h("div", { class: "knob-head" }, label, this.value);
    this.card = h("div", { class: "knob card" }, head, this.slider, ends);
    if (this.auto) head.append(h("label", { class: "auto" }, this.auto, word("auto")));
    return this.card;
  }

  show() {
    const { min, max, say } = this.spec;
    const text = this.isAuto ? t("knob.auto") : say(this.slider.valueAsNumber);
    this.value.textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
    this.slider.style.setProperty("--share", (this.slider.valueAsNumber - min) / (max - min));
    this.card?.classList.toggle("is-auto", this.isAuto);
    if (!this.auto) return;
    this.auto.checked = this.isAuto;
    this.auto.setAttribute("aria-label", t("knob.auto_for", { name: t(`knob.${this.spec.name}`) }));
  }
}

export class Knobs {
  #knobs = [];
  #waiting = 0;
  #morphEnds = 0;

  /** `onTurn` is called with the controls a moment after the last change. */
  constructor(container, onTurn, now = () => performance.now() / 1000) {
    this.now = now;
    this.turned = () => {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => onTurn(this.controls), WAIT_MILLISECONDS);
    };
    this.#knobs = KNOBS.map((spec) => new Knob(spec, this.turned));
    this.morph = new Knob(MORPH, () => this.#beginMorph());
    this.seed = byId("morph-seed");
    this.isMorphing = byId("morph-on");
    container.prepend(...this.#knobs.map((knob) => knob.element));
    byId("morph-time").prepend(this.morph.slider);
    byId("morph-value").replaceWith(this.morph.value);
    this.isMorphing.addEventListener("change", () => this.#beginMorph());
    this.seed.addEventListener("change", () => this.#beginMorph());
    byId("morph-dice").addEventListener("click", () => {
      this.isMorphing.checked = true;
      this.#beginMorph(drawSeed());
    });
    this.show();
  }

  /** As the server takes them. Of a morph that is under way, the time that is left. */
  get controls() {
    const asked = Object.fromEntries(this.#knobs.map((knob) => [knob.spec.name, knob.asked]));
    const seed = this.isMorphing.checked ? readSeed(this.seed) : null;
    const left = Math.max(0, this.#morphEnds - this.now());
    return { ...asked, morph_seed: seed, morph_seconds: seed === null ? 30 : Math.round(left * 10) / 10 };
  }

  /** The piece begins anew, and its morph with it. */
  restart() {
    this.#morphEnds = this.now() + this.morph.slider.valueAsNumber;
  }

  show() {
    for (const knob of [...this.#knobs, this.morph]) knob.show();
    this.morph.slider.setAttribute("aria-label", t("knob.morph_seconds"));
    byId("morph-card").classList.toggle("is-auto", !this.isMorphing.checked);
    if (!this.isMorphing.checked) this.morph.value.textContent = t("knob.off");
  }

  #beginMorph(seed = readSeed(this.seed) ?? drawSeed()) {
    this.seed.value = seed;
    this.restart();
    this.show();
    this.turned();
  }
}

function word(key) {
  const element = h("span");
  element.dataset.t = `knob.${key}`;
  return element;
}
