// Texts, numbers and times in the language that was chosen.

import en from "./en.js";
import es from "./es.js";

const TABLES = { en, es };
const KEPT = "riffsmith.language";
const listeners = [];

let language = localStorage.getItem(KEPT) ?? navigator.language.slice(0, 2);
if (!(language in TABLES)) language = "en";

export const current = () => language;

/** A text by its key, such as `listen.title`, with its gaps filled. */
export function t(key, values = {}) {
  const [section, name] = key.split(".");
  return fill(TABLES[language][section][name], values);
}

/** Chooses a language and tells all who show texts. */
export function choose(chosen) {
  language = chosen;
  localStorage.setItem(KEPT, chosen);
  translate(document.documentElement);
  for (const tell of listeners) tell();
}

/** Calls back whenever another language is chosen. */
export const onLanguage = (tell) => listeners.push(tell);

/** Fills in the texts of elements that name them: `data-t`, `data-t-label`, `data-t-hint`. */
export function translate(root) {
  document.documentElement.lang = language;
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
    if (element.matches("button")) element.title = t(element.dataset.tLabel);
  }
  for (const element of root.querySelectorAll("[data-t-hint]")) element.placeholder = t(element.dataset.tHint);
}

/** A number with so many digits after the point, or comma. */
export const number = (value, digits = 0) =>
  local(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A number with about three digits that count; a dash where there is none. */
export const figure = (value) =>
  value == null ? "–" : local(value, { maximumSignificantDigits: Math.abs(value) >= 1000 ? 21 : 3 });

const local = (value, options) => value.toLocaleString(language, options).replace(/^-/, "−").replace(/^−0$/, "0");

/** A share as percent. */
export const percent = (share) => `${number(100 * share)} %`;

/** A length of time in the units that suit it. */
export function duration(seconds) {
  if (seconds < 60) return t("time.seconds", { seconds: number(Math.max(0, seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("time.minutes", { minutes: number(minutes) });
  return t("time.hours", { hours: number(Math.floor(minutes / 60)), minutes: number(minutes % 60) });
}

/** A moment in ISO 8601, for people. */
export const moment = (iso) =>
  new Date(iso).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

/**
 * Shows in an element what the server has said in English. What is not among the messages is
 * marked as English.
 */
export function say(element, said) {
  const found = language === "en" ? said : translated(said);
  element.textContent = found ?? said;
  if (found === null) element.lang = "en";
  else element.removeAttribute("lang");
  return element;
}

/** The same as a text, for labels. */
export const told = (said) => (language === "en" ? said : (translated(said) ?? said));

function translated(said) {
  for (const [key, pattern] of PATTERNS) {
    const match = pattern.exec(said);
    if (match) return fill(TABLES[language].messages[key], match.groups ?? {});
  }
  return null;
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);

const PATTERNS = Object.entries(en.messages).map(([key, text]) => {
  const escaped = text.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return [key, new RegExp(`^${escaped.replace(/\{(\w+)\}/g, "(?<$1>.+)")}$`, "s")];
});
