// The recordings that were sent and are kept: what there is, what needs it, and its deletion.

import * as api from "./api.js";
import { busy, byId, h, showError, showMessage } from "./dom.js";
import { onLanguage } from "./language.js";
import { moment, number } from "./numbers.js";
import { t } from "./texts.js";

const MEGABYTE = 1e6;
const KEY = /^upload:/; // before the key of an upload

/** @param {number} bytes */
const megabytes = (bytes) => number(bytes / MEGABYTE, bytes < 10 * MEGABYTE ? 1 : 0);

/** The list of kept uploads. */
export class Uploads {
  #place = byId("uploads", HTMLDetailsElement);
  /** @type {Api.KeptUpload[]} */
  #kept = [];
  #isListed = false;
  #onLook;

  /**
   * @param {(source: string, button: HTMLButtonElement) => void} onLook Called with an upload that
   *     is to be looked through again.
   */
  constructor(onLook) {
    this.#onLook = onLook;
    onLanguage(() => this.#show());
    this.#place.addEventListener("toggle", () => {
      if (this.#place.open) this.refresh().catch(showError);
    });
  }

  /** Lists what is kept when the section is first looked at. */
  async poll() {
    if (!this.#isListed) await this.refresh();
  }

  /** Asks the server what it keeps. */
  async refresh() {
    this.#kept = await api.uploads();
    this.#isListed = true;
    this.#show();
  }

  #show() {
    const count = this.#kept.length;
    const sum = this.#kept.reduce((all, { bytes }) => all + bytes, 0);
    this.#place.hidden = count === 0;
    byId("uploads-count").textContent = t("uploads.title", { count, megabytes: megabytes(sum) });
    byId("uploads-list").replaceChildren(...this.#kept.map((upload) => this.#row(upload)));
  }

  /** @param {Api.KeptUpload} upload */
  #row(upload) {
    const { source, files: count, bytes, used, trainings } = upload;
    const what = t("uploads.files", { count, megabytes: megabytes(bytes) });
    const when = t("uploads.used", { date: moment(used) });
    const names = trainings.join(", ");
    const why = names ? t("uploads.needed", { names }) : t("uploads.until");
    const look = h("button", { type: "button", class: "small" }, t("train.look"));
    look.setAttribute("aria-label", `${t("train.look")}: ${what}, ${when}`);
    look.addEventListener("click", () => this.#onLook(source, look));
    const remove = h(
      "button",
      {
        type: "button",
        class: "quiet danger small",
        "aria-label": t("uploads.delete_it", { what }),
      },
      t("uploads.delete"),
    );
    remove.addEventListener("click", () => this.#askToDelete(upload, remove, what));
    return h(
      "li",
      {},
      h("span", {}, h("b", {}, what), " ", h("span", { class: "soft" }, `${when} ${why}`)),
      h("span", { class: "row" }, look, remove),
    );
  }

  /**
   * @param {Api.KeptUpload} upload
   * @param {HTMLButtonElement} button
   * @param {string} what The upload in words.
   */
  async #askToDelete({ source }, button, what) {
    if (!confirm(t("uploads.delete_sure", { what }))) return;
    await busy(button, null, async () => {
      await api.deleteUpload(source.replace(KEY, ""));
      await this.refresh();
      showMessage([t("uploads.deleted", { what })]);
      const next = this.#place.hidden ? byId("new-title") : byId("uploads-count");
      next.focus();
    });
  }
}
