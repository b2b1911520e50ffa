// Presets: knobs under a name, kept in this browser.

import { checkControls } from "./controls.js";

/** @typedef {import("./controls.js").KnobValues} KnobValues */
/** @typedef {{ name: string, knobs: KnobValues }} Preset */

const VERSION = 1;
export const MOST_PRESETS = 50;
export const LONGEST_NAME = 40;

/**
 * A name as it is kept: without blanks around it; null where it is empty or too long.
 *
 * @param {unknown} name
 */
export function asPresetName(name) {
  if (typeof name !== "string") return null;
  const kept = name.normalize().replace(/\s+/g, " ").trim();
  const { length } = [...kept];
  return length >= 1 && length <= LONGEST_NAME ? kept : null;
}

/**
 * Reads presets from what the browser keeps.
 *
 * @param {string | null} text null: nothing is kept yet.
 * @returns {{ presets: Preset[], lost: number }} The presets, and how many there are, or seem to be,
 *     that cannot be used.
 */
export function readPresets(text) {
  if (text === null) return { presets: [], lost: 0 };
  const entries = entriesOf(text);
  if (!entries) return { presets: [], lost: 1 };
  /** @type {Preset[]} */
  const presets = [];
  for (const entry of entries) {
    const preset = asPreset(entry);
    const isNew = preset && !presets.some(({ name }) => name === preset.name);
    if (isNew && presets.length < MOST_PRESETS) presets.push(preset);
  }
  return { presets, lost: entries.length - presets.length };
}

/**
 * Writes presets as the browser keeps them.
 *
 * @param {Preset[]} presets
 */
export const writePresets = (presets) => JSON.stringify({ version: VERSION, presets });

/**
 * Adds a preset, or puts it in the place of that of the same name. The list stays sorted.
 *
 * @param {Preset[]} presets
 * @param {Preset} added
 * @param {string} language Language whose alphabet sorts the names.
 * @returns {Preset[] | null} null: there are as many as there may be.
 */
export function addPreset(presets, added, language) {
  const others = presets.filter(({ name }) => name !== added.name);
  if (others.length >= MOST_PRESETS) return null;
  return [...others, added].sort((one, other) => one.name.localeCompare(other.name, language));
}

/**
 * @param {string} text
 * @returns {unknown[] | null} null: it is not a list of presets of this version.
 */
function entriesOf(text) {
  try {
    const kept = JSON.parse(text);
    return kept?.version === VERSION && Array.isArray(kept.presets) ? kept.presets : null;
  } catch {
    return null;
  }
}

/**
 * @param {any} entry
 * @returns {Preset | null}
 */
function asPreset(entry) {
  const name = asPresetName(entry?.name);
  if (name === null || typeof entry.knobs !== "object" || entry.knobs === null) return null;
  const { knobs, wrong } = checkControls(entry.knobs);
  return wrong.length ? null : { name, knobs };
}
