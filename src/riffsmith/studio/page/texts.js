// Texts in the language that is chosen.
//
// A text may have gaps: `{name}`, or `{name:format}` with one of the formats below. A text that has
// a plural is a table of its forms; the value of `count`, or of the gap that its `by` names, chooses
// among them.

import en from "./en.js";
import es from "./es.js";
import { current, onLanguage } from "./language.js";
import { fieldNumber, figure, moment, number, percent } from "./numbers.js";

/** @typedef {typeof en} Table */
/** @typedef {keyof Table} Section */
/**
 * Key of a text, such as `listen.title`.
 *
 * @typedef {{ [S in Section]: `${S}.${keyof Table[S] & string}` }[Section]} Key
 */
/** @typedef {Record<string, string | number | null>} Values */
/** @typedef {string | Record<string, string>} Text One text, or its forms by their plural. */
/**
 * What the server says: a code, its parameters, and the sentence in English.
 *
 * @template {string} Code
 * @typedef {{ code: Code, parameters: Values, detail: string }} Message
 */

/** @satisfies {Record<string, Table>} */
const TABLES = { en, es };
const ENGLISH = ["reason", "cause", "text"]; // gaps for what there is in English alone
/** @type {Record<string, (value: any) => string>} */
const FORMATS = {
  clock: (seconds) => clock(seconds),
  duration: (seconds) => duration(seconds),
  hundredths: (value) => fieldNumber(value, 2), // as many as it has, two at most
  moment: (iso) => moment(iso),
  percent: (fraction) => percent(fraction),
  percentage: (fraction) => `${figure(100 * fraction)}\u00a0%`,
  plain: (value) => String(value),
  tenths: (value) => number(value, 1),
  whole: (value) => number(value),
};

onLanguage(() => translate(document));

/**
 * Gives a text with its gaps filled.
 *
 * @param {Key} key
 * @param {Values} values
 */
export function t(key, values = {}) {
  const [section, name] = key.split(".");
  return plain(fill(find(section, name) ?? key, values));
}

/**
 * Gives a sentence of the server in the language that is chosen.
 *
 * @template {Section} S
 * @param {S} section Where the texts of its codes are.
 * @param {Message<keyof Table[S] & string>} message
 * @param {Values} more Values beside the message's own parameters.
 * @returns {(string | Node)[]} Parts of the sentence; what there is in English alone is marked.
 */
export function sentence(section, { code, parameters, detail }, more = {}) {
  const text = find(section, code);
  return text === undefined ? [inEnglish(detail)] : fill(text, { ...parameters, ...more });
}

/**
 * Gives the sentence of a problem.
 *
 * @param {Api.Problem} problem
 */
export function problemSentence(problem) {
  const parts = problem.parts.map((part) => `${part.place}: ${plain(sentence("part", part))}`);
  return sentence("problem", problem, { parts: parts.join("; ") });
}

/**
 * Gives a sentence as a text without marks.
 *
 * @param {(string | Node)[]} parts
 */
export const plain = (parts) =>
  parts.map((part) => (typeof part === "string" ? part : part.textContent)).join("");

/**
 * Marks a text as English, where the page is not.
 *
 * @param {string} text
 */
function inEnglish(text) {
  if (current() === "en") return text;
  const element = document.createElement("span");
  element.lang = "en";
  element.textContent = text;
  return element;
}

/**
 * @param {string} section
 * @param {string} name
 * @returns {Text | undefined}
 */
function find(section, name) {
  /** @type {Record<string, Record<string, Text>>} */
  const table = TABLES[current()];
  return table[section]?.[name];
}

/**
 * Fills the gaps of a text.
 *
 * @param {Text} text
 * @param {Values} values
 * @returns {(string | Node)[]}
 */
function fill(text, values) {
  const form =
    typeof text === "string" ? text : choosePlural(text, Number(values[text.by ?? "count"]));
  return form.split(/(\{\w+(?::\w+)?\})/).map((part, place) => {
    if (place % 2 === 0) return part;
    const [name, format] = part.slice(1, -1).split(":");
    const value = values[name];
    if (value === undefined) return part;
    if (ENGLISH.includes(name)) return inEnglish(String(value));
    if (format) return FORMATS[format](value);
    return typeof value === "string" ? value : figure(value);
  });
}

/**
 * @param {Record<string, string>} forms
 * @param {number} count
 */
const choosePlural = (forms, count) =>
  forms[new Intl.PluralRules(current()).select(Math.abs(count))] ?? forms.other;

/**
 * Fills in the texts of elements that name them in `data-t` or, for a label or an example, in
 * `data-t-label` and `data-t-placeholder`.
 *
 * @param {Document | Element} root
 */
export function translate(root) {
  document.documentElement.lang = current();
  const named = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-t]"));
  for (const element of named) element.textContent = t(/** @type {Key} */ (element.dataset.t));
  const labelled = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-t-label]"));
  for (const element of labelled) {
    const label = t(/** @type {Key} */ (element.dataset.tLabel));
    element.setAttribute("aria-label", label);
    if (element.matches("button")) element.title = label;
  }
  for (const field of root.querySelectorAll("input"))
    if (field.dataset.tPlaceholder)
      field.placeholder = t(/** @type {Key} */ (field.dataset.tPlaceholder));
}

/**
 * Writes a position in a recording, such as 2:46 or 1:05:00.
 *
 * @param {number} seconds
 */
function clock(seconds) {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => String(part).padStart(place ? 2 : 1, "0")).join(":");
}

/**
 * Writes a length of time in the units that suit it.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 60) return t("time.seconds", { seconds: Math.max(0, seconds) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("time.minutes", { minutes });
  return t("time.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
