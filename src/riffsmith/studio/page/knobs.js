// The knobs: what can be asked of a piece. A knob at "auto" leaves its control to the seed.

import { drawSeed, isSeed, KNOBS, LARGEST_SEED, MORPH, TONICS } from "./controls.js";
import { byId, h, showMessage } from "./dom.js";
import { t } from "./texts.js";

/** @typedef {import("./controls.js").Spec} Spec */
/** @typedef {import("./controls.js").KnobValues} KnobValues */

const WAIT_MILLISECONDS = 50;

/**
 * Reads a whole number that a seed can be, or null.
 *
 * @param {HTMLInputElement} field
 */
export function readSeed(field) {
  const seed = field.valueAsNumber;
  return isSeed(seed) ? seed : null;
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
  showMessage([t("error.seed", { found, most: LARGEST_SEED })], { isError: true });
  return false;
}

/** A card with a label, a value in words, a slider, and a box for "auto". */
export class Knob {
  /** @type {HTMLElement | null} */
  #card = null;
  #isKeyHeld = false;

  /**
   * @param {Spec} spec
   * @param {() => void} onChange Called at every change, while the knob moves too.
   * @param {() => void} [onRest] Called when a movement has ended: the knob or its key is let go.
   */
  constructor(spec, onChange, onRest = () => {}) {
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
      onRest();
    });
    this.slider.addEventListener("keydown", () => {
      this.#isKeyHeld = true;
    });
    this.slider.addEventListener("change", () => {
      if (!this.#isKeyHeld) onRest();
    });
    for (const end of ["keyup", "blur"])
      this.slider.addEventListener(end, () => {
        this.#isKeyHeld = false;
        onRest();
      });
  }

  /** The value that is asked for; null leaves it to the seed. */
  get asked() {
    return this.isAuto ? null : this.slider.valueAsNumber;
  }

  /** The value that the server is told; undefined: the knob is as it was at first. */
  get chosen() {
    const { asked, spec } = this;
    if (asked === null || (!spec.hasAuto && asked === spec.begin)) return undefined;
    return spec.name === "key" ? TONICS[asked] : asked;
  }

  set chosen(/** @type {string | number | null | undefined} */ value) {
    const { begin, hasAuto } = this.spec;
    this.isAuto = hasAuto && value == null;
    const asked = typeof value === "string" ? TONICS.indexOf(value) : value;
    this.slider.value = String(asked ?? begin);
    this.show();
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
   * @param {() => void} onRest Called when a movement of a knob has ended.
   * @param {() => number} now Time in seconds.
   */
  constructor(container, onChange, onRest, now = () => performance.now() / 1000) {
    this.now = now;
    this.changed = () => {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => onChange(this.controls), WAIT_MILLISECONDS);
    };
    this.#knobs = KNOBS.map((spec) => new Knob(spec, this.changed, onRest));
    this.morph = new Knob(MORPH, () => this.#beginMorph(), onRest);
    this.seed = byId("morph-seed", HTMLInputElement);
    this.isMorphing = byId("morph-on", HTMLInputElement);
    container.prepend(...this.#knobs.map((knob) => knob.build()));
    byId("morph-time").prepend(this.morph.slider);
    byId("morph-value").replaceWith(this.morph.value);
    const morphTo = (/** @type {number | undefined} */ seed) => {
      this.#beginMorph(seed);
      onRest();
    };
    this.isMorphing.addEventListener("change", () => morphTo(undefined));
    this.seed.addEventListener("change", () => {
      if (takeSeed(this.seed)) morphTo(undefined);
    });
    byId("morph-dice").addEventListener("click", () => {
      this.isMorphing.checked = true;
      morphTo(drawSeed());
    });
    this.show();
  }

  /**
   * The knobs that are set.
   *
   * @returns {KnobValues}
   */
  get values() {
    const chosen = Object.fromEntries(this.#knobs.map((knob) => [knob.spec.name, knob.chosen]));
    const morph_seed = this.isMorphing.checked ? Number(this.seed.defaultValue) : undefined;
    return { ...chosen, morph_seed, morph_seconds: Number(this.morph.chosen ?? MORPH.begin) };
  }

  /** Sets the knobs; those that have no value become as they were at first. */
  set values(values) {
    const { morph_seed, morph_seconds } = this.values;
    for (const knob of this.#knobs)
      knob.chosen = values[/** @type {keyof KnobValues} */ (knob.spec.name)];
    this.isMorphing.checked = values.morph_seed != null;
    if (values.morph_seed != null) putSeed(this.seed, values.morph_seed);
    this.morph.chosen = values.morph_seconds;
    if (morph_seed !== this.values.morph_seed || morph_seconds !== this.values.morph_seconds)
      this.restart();
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
