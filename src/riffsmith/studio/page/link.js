// A link that holds a model, a seed and the knobs that are set.

import { CONTROLS, checkControls, isSeed, LARGEST_SEED } from "./controls.js";
import { t } from "./texts.js";

/** @typedef {import("./controls.js").KnobValues} KnobValues */
/** @typedef {import("./controls.js").Setting} Setting */

/**
 * Writes the address that opens the studio with a setting. It has nothing of this page's own query,
 * where a token may be.
 *
 * @param {Setting} setting
 * @param {Pick<Location, "origin" | "pathname">} place
 */
export function writeLink({ model, seed, knobs }, { origin, pathname } = location) {
  const values = Object.entries({ model, seed, ...knobs });
  const isMorphing = knobs.morph_seed != null;
  const set = values.filter(
    ([name, value]) => value != null && (name !== "morph_seconds" || isMorphing),
  );
  const query = new URLSearchParams(set.map(([name, value]) => [name, String(value)]));
  return `${origin}${pathname}#listen?${query}`;
}

/**
 * Reads the part of a link behind the question mark.
 *
 * @param {string} query
 * @param {Pick<Api.ModelInfo, "id" | "title" | "streams">[]} models Models that there are.
 * @returns {{ model: string | null, seed: number | null, knobs: KnobValues, remarks: string[] }}
 *     What can be used (null: it is not in the link), and a sentence on everything else.
 */
export function readLink(query, models) {
  const found = Object.fromEntries(new URLSearchParams(query));
  const { model = null, seed: seedText, ...rest } = found;
  /** @type {string[]} */
  const remarks = [];
  const isThere = models.some(({ id, streams }) => id === model && streams);
  if (model !== null && !isThere) remarks.push(t("link.no_model", { model }));
  const seed = seedText === undefined ? null : asNumber(seedText);
  const isRight = seed === null || isSeed(seed);
  if (!isRight) remarks.push(t("link.seed", { found: seedText, most: LARGEST_SEED }));
  const values = Object.entries(rest).map(([name, value]) => [
    name,
    name === "key" ? value : asNumber(value),
  ]);
  const { knobs, wrong } = checkControls(Object.fromEntries(values));
  for (const { name, low, high } of wrong) {
    const key = name === "key" ? "link.key" : "link.range";
    remarks.push(t(key, { name, found: rest[name], low, high }));
  }
  for (const name of Object.keys(rest))
    if (!CONTROLS.includes(name)) remarks.push(t("link.unknown", { name }));
  return { model: isThere ? model : null, seed: isRight ? seed : null, knobs, remarks };
}

/** @param {string} text */
const asNumber = (text) => (text.trim() === "" ? Number.NaN : Number(text));
