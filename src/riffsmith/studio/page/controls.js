// What can be asked of a piece: the seed and the controls, their ranges, and the checks of values
// that come from outside of the page.

import { percent } from "./numbers.js";
import { t } from "./texts.js";

/** @typedef {"intensity" | "brightness" | "tempo" | "variation" | "form" | "key" | "transpose" | "morph" | "noise-level"} Name */
/**
 * What a knob is.
 *
 * @typedef {object} Spec
 * @property {Name} name
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {number} begin Value at first.
 * @property {boolean} hasAuto Whether the control can be left to the seed.
 * @property {(value: number) => string} say Writes a value in words.
 */
/**
 * The knobs that are set, by the names that the server has for them. A knob that is not among them
 * is as it was at first.
 *
 * @typedef {Api.ControlValues} KnobValues
 */
/**
 * Everything that makes a piece.
 *
 * @typedef {object} Setting
 * @property {string | null} model Id of the model; null: none is chosen.
 * @property {number} seed
 * @property {KnobValues} knobs
 */
/**
 * A value that cannot be used.
 *
 * @typedef {{ name: string, found: unknown, low: number, high: number }} Wrong
 */

const LARGEST_DRAWN_SEED = 999_999;
export const LARGEST_SEED = Number.MAX_SAFE_INTEGER;
export const TONICS = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
export const SLOWEST_BPM = 40;
export const FASTEST_BPM = 320;
const UNIT = { min: 0, max: 1, step: 0.01, begin: 0.5, say: percent };
/** @type {Spec[]} */
export const KNOBS = [
  { name: "intensity", hasAuto: true, ...UNIT },
  { name: "brightness", hasAuto: true, ...UNIT },
  {
    name: "tempo",
    min: SLOWEST_BPM,
    max: FASTEST_BPM,
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
export const MORPH = {
  name: "morph",
  min: 0,
  max: 180,
  step: 1,
  begin: 30,
  hasAuto: false,
  say: (value) => t("knob.within", { value }),
};
/**
 * Lowest and highest value of every control that is a number.
 *
 * @type {Map<string, number[]>}
 */
const RANGES = new Map([
  ...KNOBS.filter(({ name }) => name !== "key").map(rangeOf),
  ["morph_seconds", [MORPH.min, MORPH.max]],
  ["morph_seed", [0, LARGEST_SEED]],
]);
/** Names of all controls. */
export const CONTROLS = [...RANGES.keys(), "key"];

/**
 * @param {Spec} spec
 * @returns {[string, number[]]}
 */
function rangeOf({ name, min, max }) {
  return [name, [min, max]];
}

/**
 * Says how the knobs are set: a text for each one that is not as it was at first, by its name.
 *
 * @param {KnobValues} values
 * @returns {Map<Name, string>}
 */
export function describeControls(values) {
  const set = KNOBS.flatMap(({ name, begin, hasAuto, say }) => {
    const found = values[/** @type {keyof KnobValues} */ (name)];
    if (found == null || (!hasAuto && found === begin)) return [];
    const key = /** @type {import("./texts.js").Key} */ (`knob.${name}`);
    const value = typeof found === "string" ? TONICS.indexOf(found) : found;
    return [/** @type {const} */ ([name, `${t(key)} ${say(value)}`])];
  });
  const { morph_seed: seed } = values;
  if (seed != null) set.push(["morph", `${t("knob.morph_to")} ${seed}`]);
  return new Map(set);
}

export const drawSeed = () => Math.floor(Math.random() * (LARGEST_DRAWN_SEED + 1));

/**
 * Whether a value can be a seed.
 *
 * @param {unknown} value
 */
export const isSeed = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/**
 * Checks controls that come from outside of the page, such as an address or what a browser keeps.
 *
 * @param {Record<string, unknown>} found Values by the names of their controls; others are passed over.
 * @returns {{ knobs: KnobValues, wrong: Wrong[] }} Those that can be used, and the others.
 */
export function checkControls(found) {
  /** @type {Record<string, unknown>} */
  const knobs = {};
  /** @type {Wrong[]} */
  const wrong = [];
  for (const [name, value] of Object.entries(found)) {
    const [low, high] = RANGES.get(name) ?? [0, 0];
    if (!CONTROLS.includes(name) || value === null) continue;
    if (isRight(name, value, low, high)) knobs[name] = value;
    else wrong.push({ name, found: value, low, high });
  }
  return { knobs, wrong };
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 */
function isRight(name, value, low, high) {
  if (name === "key") return TONICS.includes(/** @type {string} */ (value));
  if (name === "morph_seed") return isSeed(value);
  if (name === "transpose" && !Number.isInteger(value)) return false;
  return typeof value === "number" && value >= low && value <= high;
}
