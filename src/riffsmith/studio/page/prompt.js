// The audio prompt: a recording that is sent, or a clip from the shelf, that a piece begins with.

import { readDecimal } from "./decimals.js";
import { byId, setText, showError } from "./dom.js";
import { Knob } from "./knobs.js";
import { fieldNumber, percent } from "./numbers.js";
import { t } from "./texts.js";
import { upload } from "./upload.js";

/** @type {import("./knobs.js").Spec} */
const NOISE_LEVEL = {
  name: "noise-level",
  min: 0,
  max: 1,
  step: 0.01,
  begin: 0.5,
  hasAuto: false,
  say: percent,
};
const SECONDS = 20;
const MOST_SECONDS = 120;
const LAST_SECOND = 43_200;
const WAIT_MILLISECONDS = 400;

export class AudioPrompt {
  /** @type {{ source: string, name: string, seconds: number } | null} */
  #chosen = null;
  #begin = 0; // second of the recording
  #second = byId("prompt-second", HTMLInputElement);
  #noiseLevel = new Knob(NOISE_LEVEL, () => this.#changed());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  /** @param {(isChosen: boolean) => void} onChange Called when the piece should begin anew. */
  constructor(onChange) {
    this.onChange = onChange;
    byId("prompt-noise-level").prepend(this.#noiseLevel.slider);
    const file = byId("prompt-file", HTMLInputElement);
    file.addEventListener("change", () => this.#send(file));
    byId("prompt-none").addEventListener("click", () => this.#choose(null));
    this.#second.addEventListener("change", () => {
      const second = readDecimal(this.#second);
      if (Number.isFinite(second)) this.#begin = Math.min(second, LAST_SECOND);
      this.show();
      this.#changed();
    });
    this.show();
  }

  /** What is chosen, as the server takes it, or null. */
  get request() {
    if (!this.#chosen) return null;
    const { source, seconds } = this.#chosen;
    const noise_level = this.#noiseLevel.slider.valueAsNumber;
    return { source, seconds, second: this.#begin, noise_level };
  }

  /**
   * Takes a kept clip.
   *
   * @param {Api.Clip} clip
   * @param {string} name
   */
  takeClip({ id, seconds }, name) {
    this.#choose({ source: `clip:${id}`, name, seconds: Math.min(MOST_SECONDS, seconds) });
  }

  show() {
    this.#noiseLevel.show();
    this.#noiseLevel.slider.setAttribute("aria-label", t("prompt.noise_level"));
    setText(byId("prompt-of"), this.#chosen?.name ?? t("prompt.nothing"));
    this.#second.value = fieldNumber(this.#begin, 2);
    byId("prompt").classList.toggle("is-auto", !this.#chosen);
    byId("prompt-none").hidden = !this.#chosen;
    for (const field of [this.#second, this.#noiseLevel.slider]) field.disabled = !this.#chosen;
  }

  /** @param {HTMLInputElement} field */
  async #send(field) {
    const file = field.files?.[0];
    field.value = "";
    if (!file) return;
    try {
      const { source, files } = await upload([file], (fraction) =>
        setText(byId("prompt-of"), t("prompt.sending", { fraction })),
      );
      this.#choose({ source, name: files[0].name, seconds: SECONDS });
    } catch (error) {
      this.show();
      showError(error);
    }
  }

  /** @param {{ source: string, name: string, seconds: number } | null} chosen */
  #choose(chosen) {
    this.#chosen = chosen;
    this.#begin = 0;
    this.show();
    this.onChange(chosen !== null);
  }

  #changed() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.onChange(false), WAIT_MILLISECONDS);
  }
}
