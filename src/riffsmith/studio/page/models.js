// The choice of a model, and the recordings that it was trained on.

import * as api from "./api.js";
import { byId, h } from "./dom.js";
import { t } from "./texts.js";

const KEPT = "riffsmith.model";

export class Models {
  /** @type {Api.ModelInfo[]} */
  #models = [];
  #field = byId("model", HTMLSelectElement);

  /** @param {() => void} onChoice Called when another model is chosen by hand. */
  constructor(onChoice) {
    this.#field.addEventListener("change", () => {
      localStorage.setItem(KEPT, this.#field.value);
      this.#showCredits();
      onChoice();
    });
  }

  /** The model that is chosen; undefined where there is none. */
  get chosen() {
    return this.#models.find(({ id }) => id === this.#field.value);
  }

  /** All models that there are. */
  get all() {
    return this.#models;
  }

  /**
   * Chooses a model, if there is one of that id that plays endless pieces.
   *
   * @param {string | null} id
   */
  choose(id) {
    if (!id || !this.#models.some((model) => model.id === id && model.streams)) return;
    this.#field.value = id;
    localStorage.setItem(KEPT, id);
    this.#showCredits();
  }

  /**
   * Reads the models anew.
   *
   * @param {string} [requested] The model to choose; the one that is chosen stays if left out.
   */
  async read(requested) {
    this.#models = await api.models();
    if (requested) localStorage.setItem(KEPT, requested);
    const kept = requested ?? (this.#field.value || localStorage.getItem(KEPT));
    this.#list();
    const playable = this.#models.filter(({ streams }) => streams);
    this.#field.value = (playable.find(({ id }) => id === kept) ?? playable[0])?.id ?? "";
    this.#showCredits();
    return this.#models.length > 0;
  }

  /** Shows everything in the language that is chosen. */
  show() {
    const chosen = this.#field.value;
    this.#list();
    this.#field.value = chosen;
    this.#showCredits();
  }

  #list() {
    const options = this.#models.map(({ id, title, streams }) => {
      const name = streams ? title : t("listen.alone", { title });
      return h("option", { value: id, disabled: !streams }, name);
    });
    this.#field.replaceChildren(...options);
  }

  #showCredits() {
    const credits = this.chosen?.credits ?? [];
    byId("credits").hidden = !credits.length;
    byId("credits-count").textContent = t("listen.credits", { count: credits.length });
    byId("credits-list").replaceChildren(...credits.map((credit) => h("li", {}, credit)));
  }
}
