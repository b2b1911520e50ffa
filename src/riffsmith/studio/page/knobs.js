// The knobs: what can be asked of a piece. A knob at "auto" leaves its control to the seed.

import { byId, h, showMessage } from "./dom.js";
import { percent } from "./numbers.js";
import { t } from "./texts.js";

/**
 * What a knob is.
 *
 * @typedef {object} Spec
 * @property {"intensity" | "brightness" | "tempo" | "variation" | "form" | "key" | "transpose" | "morph" | "noise-level"} name
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {number} begin Value at first.
 * @property {boolean} hasAuto Whether the control can be left to the seed.
 * @property {(value: number) => string} say Writes a value in words.
 */

const LARGEST_SEED = 999_999;
const WAIT_MILLISECONDS = 50;
export const TONICS = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const UNIT = { min: 0, max: 1, step: 0.01, begin: 0.5, say: percent };
/** @type {Spec[]} */
const KNOBS = [
  { name: "intensity", hasAuto: true, ...UNIT },
  { name: "brightness", hasAuto: true, ...UNIT },
  {
    name: "tempo",
    min: 40,
    max: 320,
    step: 1,
    begin: 120,
    hasAuto: true,
    say: (value) => t("knob.bpm", { value }),
  },
  { name: "variation", hasAuto: false, ...UNIT },
  { name: "form", hasAuto: true, ...UNIT },
  {
    name: "key",
    min: 0,
    max: TONICS.length - 1,
    step: 1,
    begin: TONICS.indexOf("E"),
    hasAuto: true,
    say: (value) => t("knob.tonics").split(" ")[value] ?? "",
  },
  {
    name: "transpose",
    min: -12,
    max: 12,
    step: 1,
    begin: 0,
    hasAuto: false,
    say: (value) => t("knob.semitones", { count: value }),
  },
];
/** @type {Spec} */
const MORPH = {
  name: "morph",
  min: 0,
  max: 180,
  step: 1,
  begin: 30,
  hasAuto: false,
  say: (value) => t("knob.within", { value }),
};

export const drawSeed = () => Math.floor(Math.random() * (LARGEST_SEED + 1));

/**
 * Reads a whole number that a seed can be, or null.
 *
 * @param {HTMLInputElement} field
 */
export function readSeed(field) {
  const seed = field.valueAsNumber;
  return Number.isSafeInteger(seed) && seed >= 0 ? seed : null;
}

/**
 * Puts a seed into a field.
 *
 * @param {HTMLInputElement} field
 * @param {number} seed
 */
export function putSeed(field, seed) {
  field.defaultValue = field.value = String(seed);
}

/**
 * Takes the seed that was typed into a field; an empty field gets one that is drawn. Where it is
 * none, the seed before comes back, and a message says so.
 *
 * @param {HTMLInputElement} field
 * @returns {boolean} Whether it was taken.
 */
export function takeSeed(field) {
  const isEmpty = field.value === "" && !field.validity.badInput;
  const seed = isEmpty ? drawSeed() : readSeed(field);
  if (seed !== null) {
    putSeed(field, seed);
    return true;
  }
  const found = field.value;
  field.value = field.defaultValue;
  showMessage([t("error.seed", { found, most: Number.MAX_SAFE_INTEGER })], { isError: true });
  return false;
}

/** A card with a label, a value in words, a slider, and a box for "auto". */
export class Knob {
  /** @type {HTMLElement | null} */
  #card = null;

  /**
   * @param {Spec} spec
   * @param {() => void} onChange
   */
  constructor(spec, onChange) {
    this.spec = spec;
    const { name, min, max, step, begin } = spec;
    this.isAuto = spec.hasAuto;
    const id = `knob-${name}`;
    this.slider = h("input", { type: "range", id, min, max, step, value: begin });
    this.value = h("output", { for: id, class: "value" });
    this.auto = h("input", { type: "checkbox", checked: true, id: `auto-${name}` });
    this.slider.addEventListener("input", () => {
      this.isAuto = false;
      this.show();
      onChange();
    });
    this.auto.addEventListener("change", () => {
      this.isAuto = this.auto.checked;
      this.show();
      onChange();
    });
  }

  /** The value that is asked for; null leaves it to the seed. */
  get asked() {
    return this.isAuto ? null : this.slider.valueAsNumber;
  }

  /** Builds the card. */
  build() {
    const { name, hasAuto } = this.spec;
    const label = h("label", { class: "name", htmlFor: this.slider.id });
    label.dataset.t = `knob.${name}`;
    const ends = h(
      "div",
      { class: "ends", "aria-hidden": "true" },
      word(`${name}_low`),
      word(`${name}_high`),
    );
    const head = h("div", { class: "knob-head" }, label, this.value);
    if (hasAuto) head.append(h("label", { class: "auto" }, this.auto, word("auto")));
    this.#card = h("div", { class: "knob card" }, head, this.slider, ends);
    return this.#card;
  }

  show() {
    const { min, max, say, name, hasAuto } = this.spec;
    const value = this.slider.valueAsNumber;
    const text = this.isAuto ? t("knob.auto") : say(value);
    this.value.textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
    this.slider.style.setProperty("--share", String((value - min) / (max - min)));
    this.#card?.classList.toggle("is-auto", this.isAuto);
    if (!hasAuto || name === "noise-level") return;
    this.auto.checked = this.isAuto;
    this.auto.setAttribute("aria-label", t("knob.auto_for", { name: t(`knob.${name}`) }));
  }
}

/** All knobs of the section, and the morph to another seed. */
export class Knobs {
  #knobs;
  #morphEnds = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  /**
   * @param {HTMLElement} container
   * @param {(controls: Api.ControlValues) => void} onChange Called a moment after the last change.
   * @param {() => number} now Time in seconds.
   */
  constructor(container, onChange, now = () => performance.now() / 1000) {
    this.now = now;
    this.changed = () => {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => onChange(this.controls), WAIT_MILLISECONDS);
    };
    this.#knobs = KNOBS.map((spec) => new Knob(spec, this.changed));
    this.morph = new Knob(MORPH, () => this.#beginMorph());
    this.seed = byId("morph-seed", HTMLInputElement);
    this.isMorphing = byId("morph-on", HTMLInputElement);
    container.prepend(...this.#knobs.map((knob) => knob.build()));
    byId("morph-time").prepend(this.morph.slider);
    byId("morph-value").replaceWith(this.morph.value);
    this.isMorphing.addEventListener("change", () => this.#beginMorph());
    this.seed.addEventListener("change", () => {
      if (takeSeed(this.seed)) this.#beginMorph();
    });
    byId("morph-dice").addEventListener("click", () => {
      this.isMorphing.checked = true;
      this.#beginMorph(drawSeed());
    });
    this.show();
  }

  /**
   * The controls as the server takes them. A morph that has begun has the time that is left of it.
   *
   * @returns {Api.ControlValues}
   */
  get controls() {
    const asked = Object.fromEntries(this.#knobs.map((knob) => [knob.spec.name, knob.asked]));
    const seed = this.isMorphing.checked ? readSeed(this.seed) : null;
    const left = Math.round(Math.max(0, this.#morphEnds - this.now()) * 10) / 10;
    const key = asked.key === null ? null : TONICS[asked.key];
    return { ...asked, key, morph_seed: seed, morph_seconds: seed === null ? 30 : left };
  }

  /** Begins the morph anew, as when the piece does. */
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
    putSeed(this.seed, seed);
    this.restart();
    this.show();
    this.changed();
  }
}

/** @param {string} key */
function word(key) {
  const element = h("span");
  element.dataset.t = `knob.${key}`;
  return element;
}
