// Music of one's own that a piece begins with: a recording that is sent, or a clip from the shelf.

import * as api from "./api.js";
import { byId, setText, tellError } from "./dom.js";
import { Knob } from "./knobs.js";
import { percent, t } from "./texts.js";

/** @type {import("./knobs.js").Spec} */
const VARY = { name: "vary", min: 0, max: 1, step: 0.01, begin: 0.5, hasAuto: false, say: percent };
const SECONDS = 20;
const MOST_SECONDS = 120;
const WAIT_MILLISECONDS = 400;

export class Beginning {
  /** @type {{ source: string, name: string, seconds: number } | null} */
  #chosen = null;
  #second = byId("beginning-second", HTMLInputElement);
  #vary = new Knob(VARY, () => this.#changed());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  /** @param {(isChosen: boolean) => void} onChange Called when the piece should begin anew. */
  constructor(onChange) {
    this.onChange = onChange;
    byId("beginning-vary").prepend(this.#vary.slider);
    const file = byId("beginning-file", HTMLInputElement);
    file.addEventListener("change", () => this.#send(file));
    byId("beginning-none").addEventListener("click", () => this.#choose(null));
    this.#second.addEventListener("change", () => this.#changed());
    this.show();
  }

  /** What is chosen, as the server takes it, or null. */
  get like() {
    if (!this.#chosen) return null;
    const { source, seconds } = this.#chosen;
    const second = Math.max(0, this.#second.valueAsNumber || 0);
    return { source, seconds, second, vary: this.#vary.slider.valueAsNumber };
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
    this.#vary.show();
    this.#vary.slider.setAttribute("aria-label", t("beginning.vary"));
    setText(byId("beginning-of"), this.#chosen?.name ?? t("beginning.nothing"));
    byId("beginning").classList.toggle("is-auto", !this.#chosen);
    byId("beginning-none").hidden = !this.#chosen;
    for (const field of [this.#second, this.#vary.slider]) field.disabled = !this.#chosen;
  }

  /** @param {HTMLInputElement} field */
  async #send(field) {
    const file = field.files?.[0];
    field.value = "";
    if (!file) return;
    try {
      const { source, files } = await api.upload([file], (fraction) =>
        setText(byId("beginning-of"), t("beginning.sending", { share: percent(fraction) })),
      );
      this.#choose({ source, name: files[0].name, seconds: SECONDS });
    } catch (error) {
      this.show();
      tellError(error);
    }
  }

  /** @param {{ source: string, name: string, seconds: number } | null} chosen */
  #choose(chosen) {
    this.#chosen = chosen;
    this.#second.value = "0";
    this.show();
    this.onChange(chosen !== null);
  }

  #changed() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.onChange(false), WAIT_MILLISECONDS);
  }
}
