// How much of the piece is kept, chosen beside the button that keeps it.

import { byId, h } from "./dom.js";
import { onLanguage } from "./language.js";
import { duration, t } from "./texts.js";
import { titleOf } from "./title.js";

const MOST_SECONDS = 600; // stands for all that was played
const LENGTHS = [10, 30, 60, 300, MOST_SECONDS];
const USUAL_SECONDS = 30;

export class KeptLength {
  #field = byId("keep-length", HTMLSelectElement);
  #button = byId("keep", HTMLButtonElement);

  constructor() {
    this.#field.addEventListener("change", () => this.#name());
    onLanguage(() => this.#show());
    this.#show();
  }

  /** The length that is chosen, in seconds. */
  get seconds() {
    return Number(this.#field.value);
  }

  /**
   * Says what was kept, and whether it is less than was asked for.
   *
   * @param {Api.Clip} clip
   */
  sayOf(clip) {
    const kept = t("listen.kept", { title: titleOf(clip), seconds: Math.floor(clip.seconds) });
    const isLess = this.seconds < MOST_SECONDS && clip.seconds < this.seconds;
    return isLess ? `${kept} ${t("shelf.kept_less", { length: lengthOf(this.seconds) })}` : kept;
  }

  #show() {
    const chosen = this.#field.value || String(USUAL_SECONDS);
    const options = LENGTHS.map((seconds) => h("option", { value: seconds }, lengthOf(seconds)));
    this.#field.replaceChildren(...options);
    this.#field.value = chosen;
    this.#name();
  }

  /** The button and its field read as one sentence. */
  #name() {
    const isAll = this.seconds === MOST_SECONDS;
    const text = t(isAll ? "shelf.keep_all" : "shelf.keep_last");
    this.#button.textContent = text;
    this.#button.setAttribute("aria-label", `${text} ${lengthOf(this.seconds)}`);
  }
}

/** @param {number} seconds */
function lengthOf(seconds) {
  if (seconds === MOST_SECONDS) return t("shelf.all");
  return seconds > 60 ? duration(seconds) : t("time.seconds", { seconds });
}
