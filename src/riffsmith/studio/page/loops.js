// The form that makes a loop: whole bars at an exact tempo, with the piece's other settings.

import * as api from "./api.js";
import { FASTEST_BPM, SLOWEST_BPM, TONICS } from "./controls.js";
import { limitDecimal, readDecimal } from "./decimals.js";
import { busy, byId, h } from "./dom.js";
import { onLanguage } from "./language.js";
import { t } from "./texts.js";

/**
 * Model, seed and controls as they stand; null where there is no model.
 *
 * @typedef {{ model: string | null, seed: number, controls: Api.ControlValues }} Asked
 */

export class LoopForm {
  #bars = byId("loop-bars", HTMLInputElement);
  #tempo = byId("loop-tempo", HTMLInputElement);
  #key = byId("loop-key", HTMLSelectElement);
  #make = byId("make-loop", HTMLButtonElement);

  /**
   * @param {() => Asked} asked
   * @param {(loop: Api.Clip) => Promise<void>} onMade
   */
  constructor(asked, onMade) {
    this.asked = asked;
    this.onMade = onMade;
    const form = byId("loop-form", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // What the browser says of a wrong value is in the browser's language, not in the page's.
    this.#bars.addEventListener("invalid", () => {
      if (!this.#bars.validity.customError) this.#bars.setCustomValidity(t("shelf.bars_limits"));
    });
    limitDecimal(this.#tempo, SLOWEST_BPM, FASTEST_BPM, "shelf.tempo_limits");
    onLanguage(() => this.#show());
    this.#show();
  }

  #show() {
    const chosen = this.#key.value;
    const names = t("knob.tonics").split(" ");
    const tonics = TONICS.map((value, place) => h("option", { value }, names[place]));
    this.#key.replaceChildren(h("option", { value: "" }, t("shelf.as_above")), ...tonics);
    this.#key.value = chosen;
    this.#tempo.placeholder = t("shelf.as_above");
  }

  #submit() {
    return busy(this.#make, "shelf.making", async () => {
      const { model, seed, controls: others } = this.asked();
      if (!model) throw new Error(t("error.no_models"));
      const { variation, morph_seed, morph_seconds, ...steady } = others; // it has one style
      const controls = { ...steady }; // tempo and key are those of the knobs, unless given here
      const tempo = readDecimal(this.#tempo);
      if (Number.isFinite(tempo)) controls.tempo = tempo;
      if (this.#key.value) controls.key = this.#key.value;
      const bars = this.#bars.valueAsNumber;
      await this.onMade(await api.makeLoop({ model, seed, bars, controls }));
    });
  }
}
