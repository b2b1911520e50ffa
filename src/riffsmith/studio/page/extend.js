// A form that asks for how many more minutes a finished training is to be trained.

import { limitDecimal, readDecimal } from "./decimals.js";
import { busy, h } from "./dom.js";
import { t } from "./texts.js";

const LEAST_MINUTES = 0.1;
const MOST_MINUTES = 10_080;
const FIRST_MINUTES = 10;

/**
 * The form: a field, a button to go on and one to cancel. Escape cancels too.
 *
 * @param {object} options
 * @param {string} options.name Name of the training.
 * @param {(minutes: number) => Promise<void>} options.onGo Trains on; errors go to the banner.
 * @param {() => void} options.onLeave Called where nothing is changed.
 */
export function minutesForm({ name, onGo, onLeave }) {
  const field = h("input", {
    type: "text",
    inputMode: "decimal",
    value: String(FIRST_MINUTES),
    required: true,
    autocomplete: "off",
    "aria-label": t("runs.more_minutes", { name }),
  });
  limitDecimal(field, LEAST_MINUTES, MOST_MINUTES, "field.more_minutes");
  const go = h("button", { type: "submit", class: "main" }, t("runs.resume"));
  const cancel = h("button", { type: "button" }, t("shelf.cancel"));
  const label = h("label", { class: "more-minutes" }, field, h("span", {}, t("runs.minutes_more")));
  const form = h("form", { class: "extend-form" }, label, go, cancel);
  cancel.addEventListener("click", onLeave);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onLeave();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    return busy(go, null, () => onGo(readDecimal(field)));
  });
  return form;
}
