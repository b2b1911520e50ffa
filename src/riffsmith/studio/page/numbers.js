// Numbers and dates as the chosen language writes them.

import { current, locale } from "./language.js";

const NONE = "–";
/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} options
 */
function write(value, options) {
  const key = `${current()} ${Object.entries(options)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(current(), options);
  formats.set(key, format);
  return format.format(value).replace(/^-/, "−").replace(/^−0$/, "0");
}

/**
 * Writes a number with so many digits after the point, or comma.
 *
 * @param {number} value
 */
export const number = (value, digits = 0) =>
  write(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/**
 * Writes a number for a field, where digits are not grouped.
 *
 * @param {number} value
 * @param {number} most Digits after the point, or comma, at most.
 * @param {number} least Digits after it at least.
 */
export const fieldNumber = (value, most, least = 0) =>
  write(value, {
    minimumFractionDigits: least,
    maximumFractionDigits: most,
    useGrouping: false,
  });

/**
 * Writes a number with about three significant digits; a dash where there is none.
 *
 * @param {number | null | undefined} value
 */
export const figure = (value) =>
  value === null || value === undefined
    ? NONE
    : write(value, { maximumSignificantDigits: Math.abs(value) >= 1000 ? 21 : 3 });

/**
 * Writes a fraction as percent, whose sign stays on the line of the number.
 *
 * @param {number} fraction
 */
export const percent = (fraction) => `${number(100 * fraction)}\u00a0%`;

/**
 * Writes a date and a time.
 *
 * @param {string} iso The moment in ISO 8601.
 */
export const moment = (iso) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(iso),
  );
