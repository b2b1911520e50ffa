// The shelf: clips that were kept, loops that were made, and parts of both.

import * as api from "./api.js";
import { card } from "./card.js";
import { byId, h, hideBanner, keyed, showError, showMessage } from "./dom.js";
import { onLanguage } from "./language.js";
import { LoopForm } from "./loops.js";
import { showOriginality } from "./originality.js";
import { t } from "./texts.js";
import { showStar, titleOf } from "./title.js";

const UNDO_MILLISECONDS = 6000;

export class Shelf {
  /** @type {Api.Clip[]} */
  #clips = [];
  /** @type {Set<string>} */
  #leaving = new Set();
  #list = byId("clips");

  /**
   * @param {(clip: Api.Clip, title: string) => void} onBegin A piece should begin with a clip.
   * @param {() => import("./loops.js").Asked} asked What a loop is made with.
   */
  constructor(onBegin, asked) {
    /** @type {import("./card.js").Actions} */
    this.actions = {
      onBegin,
      onRemove: (clip) => this.#remove(clip),
      onChange: (clip, focused) => this.#changed(clip, focused),
      onPart: (part) => this.#added(part),
    };
    new LoopForm(asked, (loop) => this.#added(loop));
    onLanguage(() => {
      this.#list.replaceChildren();
      this.#show();
    });
  }

  /** Whether a comparison is still going on. */
  get isWaiting() {
    return this.#clips.some(({ originality }) => originality?.state === "waiting");
  }

  async refresh() {
    this.#clips = await api.clips();
    this.#show();
  }

  #show() {
    const clips = this.#clips.filter(({ id }) => !this.#leaving.has(id));
    byId("no-clips").hidden = clips.length > 0;
    keyed(
      this.#list,
      clips,
      (clip) => `${clip.id} ${titleOf(clip)}`,
      (clip) => card(clip, this.actions),
      (shown, clip) => {
        showStar(shown, clip);
        showOriginality(shown, clip);
      },
    );
  }

  /** @param {Api.Clip} clip */
  async #added(clip) {
    await this.refresh();
    showMessage([t("shelf.added", { title: titleOf(clip) })]);
  }

  /**
   * Shows a clip as it was changed, and gives the focus back to the button that changed it.
   *
   * @param {Api.Clip} clip
   * @param {string} focused
   */
  async #changed({ id }, focused) {
    await this.refresh();
    const shown = [...this.#list.children].find((child) => keyOf(child).startsWith(id));
    const button = shown?.querySelector(focused);
    if (button instanceof HTMLElement) button.focus();
  }

  /**
   * Deletes a clip, unless that is taken back soon.
   *
   * @param {Api.Clip} clip
   */
  #remove(clip) {
    const { id } = clip;
    this.#leaving.add(id);
    this.#show();
    const timer = setTimeout(async () => {
      hideBanner();
      try {
        await api.deleteClip(id);
        await this.refresh();
      } catch (error) {
        showError(error);
      }
      this.#leaving.delete(id);
      this.#show();
    }, UNDO_MILLISECONDS);
    const undo = h("button", { type: "button", class: "small" }, t("shelf.undo"));
    undo.addEventListener("click", () => {
      clearTimeout(timer);
      hideBanner();
      this.#leaving.delete(id);
      this.#show();
    });
    showMessage([t("shelf.deleted", { title: titleOf(clip) })], { action: undo });
    undo.focus();
  }
}

/** @param {Element} child */
const keyOf = (child) => (child instanceof HTMLElement ? (child.dataset.key ?? "") : "");
