// One side of a blind comparison: its model, snapshot and seed, and the fields that choose them.

import { drawSeed } from "./controls.js";
import { byId, h } from "./dom.js";
import { putSeed, readSeed, takeSeed } from "./knobs.js";
import { t } from "./texts.js";

/**
 * What is compared. The snapshot is null where the model has no other one.
 *
 * @typedef {{ model: Api.ModelInfo, snapshot: number | null, seed: number }} Side
 */

export class SideFields {
  #model;
  #snapshot;
  #seed;

  /**
   * @param {number} place 0 or 1.
   * @param {() => Api.ModelInfo[]} models Gives the models that there are.
   */
  constructor(place, models) {
    this.place = place;
    this.models = models;
    this.#model = byId(`compare-model-${place}`, HTMLSelectElement);
    this.#snapshot = byId(`compare-snapshot-${place}`, HTMLSelectElement);
    this.#seed = byId(`compare-seed-${place}`, HTMLInputElement);
    this.seed = drawSeed();
    this.#seed.addEventListener("change", () => takeSeed(this.#seed));
    this.#model.addEventListener("change", () => this.#listSnapshots(true));
  }

  /** The seed; null where the field has none. */
  get seed() {
    return readSeed(this.#seed);
  }

  set seed(seed) {
    if (seed !== null) putSeed(this.#seed, seed);
  }

  /**
   * What is chosen; null where a model or a seed is missing.
   *
   * @returns {Side | null}
   */
  get side() {
    const [model, seed] = [this.#chosen, this.seed];
    if (!model || seed === null) return null;
    const snapshot = model.snapshots.length > 1 ? Number(this.#snapshot.value) : null;
    return { model, snapshot, seed };
  }

  /** Shows everything in the language that is chosen, with the models that there are. */
  show() {
    const models = this.models();
    const ids = models.map(({ id }) => id);
    const { value } = this.#model;
    const chosen = ids.includes(value) ? value : (ids[this.place] ?? ids[0] ?? "");
    this.#model.replaceChildren(
      ...models.map(({ id, title }) => h("option", { value: id }, title)),
    );
    this.#model.value = chosen;
    this.#listSnapshots();
  }

  get #chosen() {
    return this.models().find(({ id }) => id === this.#model.value);
  }

  /**
   * Lists the snapshots of the model, where it has several.
   *
   * @param {boolean} [isNew] Whether another model was chosen; otherwise the snapshot stays.
   */
  #listSnapshots(isNew = false) {
    const { snapshots = [], snapshot = null, unit = "step" } = this.#chosen ?? {};
    const before = Number(this.#snapshot.value || Number.NaN);
    this.#snapshot.replaceChildren(
      ...snapshots.map((number) =>
        h("option", { value: number }, t(`snapshot.${unit}`, { number })),
      ),
    );
    this.#snapshot.value = String(!isNew && snapshots.includes(before) ? before : snapshot);
    const label = this.#snapshot.closest("label");
    if (label) label.hidden = snapshots.length < 2;
  }
}

/**
 * What the votes on a side are counted under: a model, or one of its snapshots.
 *
 * @param {Side} side
 */
export const keyOf = ({ model, snapshot }) =>
  snapshot === null ? model.id : `${model.id}@${snapshot}`;

/**
 * The title of what votes are counted under.
 *
 * @param {string} key
 * @param {Api.ModelInfo[]} models Models that there are; the key stands for one that is gone.
 */
export function titleOfKey(key, models) {
  const [wanted, number] = key.split("@");
  const model = models.find(({ id }) => id === wanted);
  if (!model || number === undefined) return model?.title ?? key;
  const at = t(`snapshot.${model.unit}`, { number: Number(number) });
  return t("compare.snapshot_of", { title: model.title, at });
}
