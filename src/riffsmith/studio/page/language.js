// The language that the page speaks.

/** @typedef {"en" | "es"} Language */

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

/** The language that is chosen. */
export const current = () => language;

/** The reader's own variety of the language that is chosen, such as `en-GB`, for dates. */
export const locale = () =>
  navigator.languages.find((name) => name.split("-")[0] === language) ?? language;

/**
 * Chooses a language and calls back all who show texts.
 *
 * @param {string} chosen
 */
export function choose(chosen) {
  language = asLanguage(chosen);
  localStorage.setItem(KEPT, language);
  for (const show of listeners) show();
}

/**
 * Calls back whenever another language is chosen.
 *
 * @param {() => void} show
 */
export function onLanguage(show) {
  listeners.push(show);
}
