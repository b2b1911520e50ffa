// A form that takes the place of a name while the name is changed.

import { busy, h } from "./dom.js";
import { t } from "./texts.js";

/**
 * The form: a field, a button to save and one to cancel. Escape cancels too.
 *
 * @param {object} options
 * @param {string} options.value The present name.
 * @param {string} options.label What the field is called for screen readers.
 * @param {number} options.longest Most letters of the new name.
 * @param {{ pattern: string, key: import("./texts.js").Key }} [options.rule] What the whole name must
 *     match, and the sentence that says it: the browser's own is in the browser's language.
 * @param {(name: string) => Promise<void>} options.onSave Saves a new name; errors go to the banner.
 * @param {() => void} options.onLeave Called where nothing is changed.
 */
export function nameForm({ value, label, longest, rule, onSave, onLeave }) {
  const field = h("input", {
    type: "text",
    value,
    maxLength: longest,
    autocomplete: "off",
    "aria-label": label,
  });
  if (rule) {
    field.pattern = rule.pattern;
    field.addEventListener("invalid", () => field.setCustomValidity(t(rule.key)));
  }
  const save = h("button", { type: "submit", class: "small" }, t("shelf.save"));
  const cancel = h("button", { type: "button", class: "small" }, t("shelf.cancel"));
  const form = h("form", { class: "rename-form" }, field, save, cancel);
  cancel.addEventListener("click", onLeave);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onLeave();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = field.value.trim();
    if (!given || given === value) return onLeave();
    return busy(save, null, () => onSave(given));
  });
  return form;
}
