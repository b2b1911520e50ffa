// Fields for numbers with decimals. They take a point and a comma, and show what the page's language
// has. Those of `type="number"` go by the browser's language, and take 1,5 for 15 in another one.

import { t } from "./texts.js";

const DECIMAL = /^(\d+\.?\d*|\.\d+)$/;

/**
 * Reads the number in a field; NaN where it has none.
 *
 * @param {HTMLInputElement} field
 */
export function readDecimal({ value }) {
  const plain = value.trim().replace(",", ".");
  return DECIMAL.test(plain) ? Number(plain) : Number.NaN;
}

/**
 * Lets a field have a number within limits, or nothing.
 *
 * @param {HTMLInputElement} field
 * @param {number} low
 * @param {number} high
 * @param {import("./texts.js").Key} key Text that says so.
 */
export function limitDecimal(field, low, high, key) {
  field.addEventListener("input", () => {
    const found = readDecimal(field);
    const isRight = field.value.trim() === "" || (found >= low && found <= high);
    field.setCustomValidity(isRight ? "" : t(key));
  });
}
