// Music of one's own that a piece begins with: a recording that is sent, or a clip from the shelf.

import * as api from "./api.js";
import { byId, setText, tellError } from "./dom.js";
import { Knob } from "./knobs.js";
import { percent, t } from "./texts.js";

const VARY = { name: "vary", min: 0, max: 1, step: 0.01, begin: 0.5, hasAuto: false, say: percent };
const SECONDS = 20;
const MOST_SECONDS = 120;
const WAIT_MILLISECONDS = 400;

export class Beginning {
  #chosen = null; // source, name, seconds
  #second = byId("beginning-second");
  #vary = new Knob(VARY, () => this.#changed());
  #waiting = 0;

  /** `onChange` is called when the piece should begin anew; with true when something was chosen. */
  constructor(onChange) {
    this.onChange = onChange;
    byId("beginning-vary").prepend(this.#vary.slider);
    byId("beginning-file").addEventListener("change", (event) => this.#send(event.target));
    byId("beginning-none").addEventListener("click", () => this.#choose(null));
    this.#second.addEventListener("change", () => this.#changed());
    this.show();
  }

  /** As the server takes it, or null. */
  get like() {
    if (!this.#chosen) return null;
    const { source, seconds } = this.#chosen;
    return { source, seconds, second: Math.max(0, this.#second.valueAsNumber || 0), vary: this.#vary.asked };
  }

  /** Takes a kept clip. */
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

  async #send(field) {
    const [file] = field.files;
    field.value = "";
    if (!file) return;
    try {
      const onShare = (share) => setText(byId("beginning-of"), t("beginning.sending", { share: percent(share) }));
      const { source, files } = await api.upload([file], onShare);
      this.#choose({ source, name: files[0].name, seconds: SECONDS });
    } catch (error) {
      this.show();
      tellError(error);
    }
  }

  #choose(chosen) {
    this.#chosen = chosen;
    this.#second.value = 0;
    this.show();
    this.onChange(chosen !== null);
  }

  #changed() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.onChange(false), WAIT_MILLISECONDS);
  }
}
