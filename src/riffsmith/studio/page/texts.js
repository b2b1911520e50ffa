// Texts, numbers and times in the language that was chosen.

import en from "./en.js";
import es from "./es.js";

/** @typedef {typeof en} Table */
/** @typedef {keyof typeof TABLES} Language */
/**
 * Key of a text, such as `listen.title`.
 *
 * @typedef {{ [Section in keyof Table]: `${Section}.${keyof Table[Section] & string}` }[keyof Table]} Key
 */
/** @typedef {Record<string, string | number>} Values */

/** @satisfies {Record<string, Table>} */
const TABLES = { en, es };
const KEPT = "riffsmith.language";
/** @type {(() => void)[]} */
const listeners = [];

let language = asLanguage(localStorage.getItem(KEPT) ?? navigator.language.slice(0, 2));

/**
 * @param {string} name
 * @returns {Language}
 */
function asLanguage(name) {
  return name === "es" ? "es" : "en";
}

/** The language that was chosen. */
export const current = () => language;

/**
 * Gives a text with its gaps filled.
 *
 * @param {Key} key
 * @param {Values} values
 */
export function t(key, values = {}) {
  const [section, name] = key.split(".");
  /** @type {Record<string, Record<string, string>>} */
  const table = TABLES[language];
  return fill(table[section][name], values);
}

/**
 * Chooses a language and calls back all who show texts.
 *
 * @param {string} chosen
 */
export function choose(chosen) {
  language = asLanguage(chosen);
  localStorage.setItem(KEPT, language);
  translate(document.documentElement);
  for (const show of listeners) show();
}

/**
 * Calls back whenever another language is chosen.
 *
 * @param {() => void} show
 */
export const onLanguage = (show) => {
  listeners.push(show);
};

/**
 * Fills in the texts of elements that name them in `data-t` or, for a label, in `data-t-label`.
 *
 * @param {ParentNode} root
 */
export function translate(root) {
  document.documentElement.lang = language;
  const named = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-t]"));
  for (const element of named) element.textContent = t(/** @type {Key} */ (element.dataset.t));
  const labelled = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-t-label]"));
  for (const element of labelled) {
    const label = t(/** @type {Key} */ (element.dataset.tLabel));
    element.setAttribute("aria-label", label);
    if (element.matches("button")) element.title = label;
  }
}

/**
 * Writes a number with so many digits after the point, or comma.
 *
 * @param {number} value
 */
export const number = (value, digits = 0) =>
  local(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/**
 * Writes a number with about three significant digits; a dash where there is none.
 *
 * @param {number | null | undefined} value
 */
export const figure = (value) =>
  value === null || value === undefined
    ? "–"
    : local(value, { maximumSignificantDigits: Math.abs(value) >= 1000 ? 21 : 3 });

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} options
 */
const local = (value, options) =>
  value.toLocaleString(language, options).replace(/^-/, "−").replace(/^−0$/, "0");

/**
 * Writes a fraction as percent.
 *
 * @param {number} fraction
 */
export const percent = (fraction) => `${number(100 * fraction)} %`;

/**
 * Writes a length of time in the units that suit it.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 60) return t("time.seconds", { seconds: number(Math.max(0, seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("time.minutes", { minutes: number(minutes) });
  return t("time.hours", {
    hours: number(Math.floor(minutes / 60)),
    minutes: number(minutes % 60),
  });
}

/**
 * Writes a moment.
 *
 * @param {string} iso The moment in ISO 8601.
 */
export const moment = (iso) =>
  new Date(iso).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

/**
 * Shows in an element what the server has said in English. What is not among the messages is
 * marked as English.
 *
 * @param {HTMLElement} element
 * @param {string} said
 */
export function say(element, said) {
  const found = language === "en" ? said : translated(said);
  element.textContent = found ?? said;
  if (found === null) element.lang = "en";
  else element.removeAttribute("lang");
  return element;
}

/**
 * The same as a text, for labels.
 *
 * @param {string} said
 */
export const told = (said) => (language === "en" ? said : (translated(said) ?? said));

/** @param {string} said */
function translated(said) {
  for (const [key, pattern] of PATTERNS) {
    const match = pattern.exec(said);
    if (match) return fill(TABLES[language].messages[key], match.groups ?? {});
  }
  return null;
}

/**
 * @param {string} text
 * @param {Values} values
 */
const fill = (text, values) =>
  text.replace(/\{(\w+)\}/g, (gap, name) => String(values[name] ?? gap));

const PATTERNS = Object.entries(en.messages).map(([key, text]) => {
  const escaped = text.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`^${escaped.replace(/\{(\w+)\}/g, "(?<$1>.+)")}$`, "s");
  return /** @type {[keyof Table["messages"], RegExp]} */ ([key, pattern]);
});
