// What is asked for: a model, a seed and the knobs; with undo, presets and a link that holds it.

import { drawSeed } from "./controls.js";
import { byId, h, showMessage } from "./dom.js";
import { UndoHistory } from "./history.js";
import { onShortcut } from "./keys.js";
import { Knobs, putSeed, takeSeed } from "./knobs.js";
import { readLink, writeLink } from "./link.js";
import { Models } from "./models.js";
import { PresetBar } from "./presetbar.js";
import { t } from "./texts.js";

/** @typedef {import("./controls.js").Setting} Setting */

const REST_MILLISECONDS = 1000;

export class Desk {
  models = new Models(() => this.#pieceChanged());
  /** @type {Knobs} */
  knobs;
  #presets = new PresetBar(
    () => this.knobs.values,
    (knobs) => this.#set({ ...this.setting, knobs }),
  );
  /** @type {UndoHistory<Setting>} */
  #history = new UndoHistory();
  #seed = byId("seed", HTMLInputElement);
  #undo = byId("undo", HTMLButtonElement);
  #redo = byId("redo", HTMLButtonElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;

  /**
   * @param {() => void} onPiece Called when another piece is asked for: another model or seed.
   * @param {(controls: Api.ControlValues) => Promise<void>} onControls Called when the knobs are changed.
   */
  constructor(onPiece, onControls) {
    this.onPiece = onPiece;
    this.onControls = onControls;
    this.knobs = new Knobs(byId("knobs"), onControls, () => this.#note());
    putSeed(this.#seed, drawSeed());
    this.#seed.addEventListener("change", () => {
      if (takeSeed(this.#seed)) this.#pieceChanged();
    });
    byId("dice").addEventListener("click", () => this.#set({ ...this.setting, seed: drawSeed() }));
    const isShown = () => !byId("listen").hidden;
    this.#undo.addEventListener("click", () => this.#stepBack());
    this.#redo.addEventListener("click", () => this.#stepForward());
    onShortcut("undo", () => this.#stepBack(), isShown);
    onShortcut("redo", () => this.#stepForward(), isShown);
    byId("copy-link").addEventListener("click", () => this.#copyLink());
  }

  /**
   * What is set now. A seed that is being typed does not count yet.
   *
   * @returns {Setting}
   */
  get setting() {
    const model = this.models.chosen?.id ?? null;
    return { model, seed: Number(this.#seed.defaultValue), knobs: this.knobs.values };
  }

  /** What a piece or a loop is made with. */
  get asked() {
    const { model, seed } = this.setting;
    return { model, seed, controls: this.knobs.controls };
  }

  /**
   * Reads the models anew.
   *
   * @param {string} [model] The model to choose; the one that is chosen stays if left out.
   * @returns {Promise<boolean>} Whether there is any.
   */
  async read(model) {
    const isAny = await this.models.read(model);
    this.#note();
    return isAny;
  }

  /**
   * Sets what a link holds; a message tells what of it cannot be used.
   *
   * @param {string} query The part of the link behind its question mark.
   */
  open(query) {
    const { model, seed, knobs, remarks } = readLink(query, this.models.all);
    const now = this.setting;
    this.#set({ model: model ?? now.model, seed: seed ?? now.seed, knobs });
    if (remarks.length) showMessage([remarks.join(" ")], { isError: true });
  }

  /**
   * Sets knobs as another program or a controller asks. A movement of it is a step that can be
   * undone, which ends after a moment of rest.
   *
   * @param {import("./controls.js").KnobValues} knobs Those that are asked for; the others stay.
   */
  follow(knobs) {
    this.knobs.values = { ...this.knobs.values, ...knobs };
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#note(), REST_MILLISECONDS);
    return this.onControls(this.knobs.controls);
  }

  /** Shows everything in the language that is chosen. */
  show() {
    this.models.show();
    this.knobs.show();
    this.#presets.show();
  }

  /** Puts the seed that counts into its field, whatever is being typed there. */
  showSeed() {
    putSeed(this.#seed, this.setting.seed);
  }

  #pieceChanged() {
    this.#note();
    this.onPiece();
  }

  /** Notes what is set now as a step, if it has changed. */
  #note() {
    this.#history.note(this.setting);
    this.#showSteps();
  }

  /**
   * Sets everything, as a step that can be undone.
   *
   * @param {Setting} setting
   */
  #set(setting) {
    this.#note();
    this.#apply(setting);
    this.#note();
  }

  /** @param {Setting} setting */
  #apply({ model, seed, knobs }) {
    const before = this.setting;
    this.models.choose(model);
    putSeed(this.#seed, seed);
    this.knobs.values = knobs;
    const isSame = before.model === this.setting.model && before.seed === seed;
    if (isSame) this.knobs.changed();
    else this.onPiece();
  }

  #stepBack() {
    this.#note(); // a movement that has not ended is a step as well
    this.#go(this.#history.undo());
  }

  #stepForward() {
    this.#note();
    this.#go(this.#history.redo());
  }

  /** @param {Setting | undefined} setting */
  #go(setting) {
    if (setting) this.#apply(setting);
    this.#showSteps();
  }

  #showSteps() {
    const { activeElement } = document;
    this.#undo.disabled = !this.#history.canUndo;
    this.#redo.disabled = !this.#history.canRedo;
    // A button that is disabled loses the focus: the other one takes it.
    if (activeElement === this.#undo && this.#undo.disabled) this.#redo.focus();
    if (activeElement === this.#redo && this.#redo.disabled) this.#undo.focus();
  }

  async #copyLink() {
    const link = writeLink(this.setting);
    // Browsers let a page copy on this computer or over https alone.
    const isCopied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    if (isCopied) return showMessage([t("link.copied")]);
    const field = h("input", { type: "text", readOnly: true, value: link });
    field.setAttribute("aria-label", t("link.field"));
    showMessage([t("link.by_hand")], { stays: true, action: field });
    return field.select();
  }
}
