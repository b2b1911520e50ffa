// The bar that saves, chooses and deletes presets of the knobs.

import { byId, h, hideBanner, showMessage } from "./dom.js";
import { current } from "./language.js";
import {
  addPreset,
  asPresetName,
  LONGEST_NAME,
  MOST_PRESETS,
  readPresets,
  writePresets,
} from "./presets.js";
import { t } from "./texts.js";

/** @typedef {import("./presets.js").Preset} Preset */
/** @typedef {import("./controls.js").KnobValues} KnobValues */

const KEPT = "riffsmith.presets";

export class PresetBar {
  #list = byId("preset", HTMLSelectElement);
  #name = byId("preset-name", HTMLInputElement);
  #delete = byId("preset-delete", HTMLButtonElement);
  #hasTold = false;

  /**
   * @param {() => KnobValues} read Gives the knobs that are set.
   * @param {(knobs: KnobValues) => void} apply Sets the knobs.
   */
  constructor(read, apply) {
    this.read = read;
    this.apply = apply;
    this.#list.addEventListener("change", () => this.#choose());
    byId("preset-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.#delete.addEventListener("click", () => this.#remove());
    addEventListener("storage", ({ key }) => {
      if (key === KEPT) this.show(); // another tab has changed them
    });
  }

  /** Shows the list in the language that is chosen. */
  show(chosen = this.#list.value) {
    const names = this.#presets.map(({ name }) => name);
    const options = names.map((name) => h("option", { value: name }, name));
    const none = t(names.length ? "preset.choose" : "preset.none");
    this.#list.replaceChildren(h("option", { value: "" }, none), ...options);
    this.#list.value = names.includes(chosen) ? chosen : "";
    this.#list.disabled = !names.length;
    this.#delete.disabled = !this.#list.value;
    this.#name.placeholder = t("preset.name");
  }

  /** The presets, read anew: another tab may have changed them. */
  get #presets() {
    const { presets, lost } = readPresets(localStorage.getItem(KEPT));
    if (lost && !this.#hasTold) {
      this.#hasTold = true;
      showMessage([t("preset.lost", { count: lost })], { isError: true });
    }
    return presets;
  }

  #choose() {
    const preset = this.#presets.find(({ name }) => name === this.#list.value);
    this.#delete.disabled = !preset;
    if (!preset) return;
    this.#name.value = preset.name;
    this.apply(preset.knobs);
  }

  #save() {
    const name = asPresetName(this.#name.value);
    if (name === null) {
      showMessage([t("preset.name_wrong", { most: LONGEST_NAME })], { isError: true });
      return this.#name.focus();
    }
    const before = this.#presets;
    const after = addPreset(before, { name, knobs: this.read() }, current());
    if (after === null) {
      showMessage([t("preset.too_many", { most: MOST_PRESETS })], { isError: true });
      return;
    }
    if (!this.#keep(after, name)) return;
    this.#name.value = name;
    const isNew = after.length > before.length;
    const message = t(isNew ? "preset.saved" : "preset.overwritten", { name });
    this.#tell(message, isNew ? null : before, name);
  }

  #remove() {
    const name = this.#list.value;
    const before = this.#presets;
    if (!this.#keep(before.filter((preset) => preset.name !== name))) return;
    this.#list.focus();
    this.#tell(t("preset.deleted", { name }), before, name);
  }

  /**
   * @param {string} message
   * @param {Preset[] | null} before The presets to go back to; null: there is nothing to take back.
   * @param {string} name
   */
  #tell(message, before, name) {
    const undo = h("button", { type: "button", class: "small" }, t("undo.undo"));
    undo.addEventListener("click", () => {
      hideBanner();
      if (before) this.#keep(before, name);
    });
    showMessage([message], { action: before && undo });
  }

  /**
   * Keeps presets.
   *
   * @param {Preset[]} presets
   * @param {string} [chosen] Name of the one that the list shows.
   * @returns {boolean} Whether the browser keeps them.
   */
  #keep(presets, chosen = "") {
    try {
      localStorage.setItem(KEPT, writePresets(presets));
    } catch {
      showMessage([t("preset.not_kept")], { isError: true });
      return false;
    }
    this.show(chosen);
    return true;
  }
}
