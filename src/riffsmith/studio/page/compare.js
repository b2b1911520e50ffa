// Blind comparisons of two models, snapshots or seeds: the sides, the result, and the votes so far.

import * as api from "./api.js";
import { drawSeed } from "./controls.js";
import { busy, byId, h, hideBanner, setText, showMessage } from "./dom.js";
import { putSeed, readSeed, takeSeed } from "./knobs.js";
import { addVote, chanceOf, readTally, writeTally } from "./tally.js";
import { t } from "./texts.js";
import { Trial } from "./trial.js";

/**
 * One side of a comparison. The snapshot is null where the model has no other one.
 *
 * @typedef {{ model: Api.ModelInfo, snapshot: number | null, seed: number }} Side
 */
/** @typedef {import("./tally.js").Pair} Pair */

const KEPT = "riffsmith.votes";
const SECONDS = 10;

export class Compare {
  #models = [0, 1].map((place) => byId(`compare-model-${place}`, HTMLSelectElement));
  #snapshots = [0, 1].map((place) => byId(`compare-snapshot-${place}`, HTMLSelectElement));
  #seeds = [0, 1].map((place) => byId(`compare-seed-${place}`, HTMLInputElement));
  #make = byId("compare-make", HTMLButtonElement);
  #again = byId("compare-again", HTMLButtonElement);
  #trial = new Trial((preferred, order) => this.#voted(preferred, order));
  /** @type {Side[]} */
  #sides = []; // those of the trial
  /** @type {{ preferred: number | null, order: number[] } | null} */
  #result = null;
  #hasTold = false;

  /**
   * @param {() => Api.ModelInfo[]} models Gives the models that there are.
   * @param {() => import("./controls.js").KnobValues} knobs Gives the knobs that are set.
   */
  constructor(models, knobs) {
    this.models = models;
    this.knobs = knobs;
    for (const field of this.#seeds) {
      putSeed(field, drawSeed());
      field.addEventListener("change", () => takeSeed(field));
    }
    for (const [place, field] of this.#models.entries())
      field.addEventListener("change", () => this.#listSnapshots(place, true));
    byId("compare-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin(this.#make);
    });
    this.#again.addEventListener("click", () => {
      const [seed, other] = [drawSeed(), drawSeed()];
      const isOne = this.#seeds[0].value === this.#seeds[1].value; // models on the same seed
      putSeed(this.#seeds[0], seed);
      putSeed(this.#seeds[1], isOne ? seed : other);
      this.#begin(this.#again);
    });
  }

  /** Shows everything in the language that is chosen, with the models that there are. */
  show() {
    for (const [place, field] of this.#models.entries()) {
      const models = this.models();
      const ids = models.map(({ id }) => id);
      const chosen = ids.includes(field.value) ? field.value : (ids[place] ?? ids[0] ?? "");
      field.replaceChildren(...models.map(({ id, title }) => h("option", { value: id }, title)));
      field.value = chosen;
      this.#listSnapshots(place);
    }
    this.#make.disabled = !this.models().length;
    this.#trial.show();
    this.#showResult();
    this.#showTally();
  }

  /**
   * The model that is chosen for a side; undefined where there is none.
   *
   * @param {number} place
   */
  #modelOf(place) {
    return this.models().find(({ id }) => id === this.#models[place].value);
  }

  /**
   * Shows the snapshots of a side's model, where it has several.
   *
   * @param {number} place
   * @param {boolean} [isNew] Whether another model was chosen; otherwise the snapshot stays.
   */
  #listSnapshots(place, isNew = false) {
    const field = this.#snapshots[place];
    const { snapshots = [], snapshot = null, unit = "step" } = this.#modelOf(place) ?? {};
    const chosen = Number(field.value || Number.NaN);
    field.replaceChildren(
      ...snapshots.map((number) =>
        h("option", { value: number }, t(`snapshot.${unit}`, { number })),
      ),
    );
    field.value = String(!isNew && snapshots.includes(chosen) ? chosen : snapshot);
    const label = field.closest("label");
    if (label) label.hidden = snapshots.length < 2;
  }

  /** @param {HTMLButtonElement} button The button that asks for it. */
  async #begin(button) {
    const sides = this.#seeds.map((field, place) => {
      const model = this.#modelOf(place);
      const hasSeveral = model && model.snapshots.length > 1;
      const snapshot = hasSeveral ? Number(this.#snapshots[place].value) : null;
      return { model, snapshot, seed: readSeed(field) };
    });
    if (!areSides(sides)) return;
    const [one, other] = sides;
    if (keyOf(one) === keyOf(other) && one.seed === other.seed) {
      showMessage([t("compare.same")], { isError: true });
      return;
    }
    const key = button === this.#make ? "compare.making" : null;
    const sounds = await busy(button, key, () => {
      const controls = this.knobs();
      const format = /** @type {const} */ ("flac");
      const shared = { controls, seconds: SECONDS, format };
      return Promise.all(
        sides.map(({ model: { id: model }, snapshot, seed }) =>
          api.generate({ model, snapshot, seed, ...shared }),
        ),
      );
    });
    if (!sounds) return;
    this.#sides = sides;
    this.#result = null;
    this.#trial.begin(sounds);
    this.#showResult();
  }

  /**
   * @param {number | null} preferred
   * @param {number[]} order
   */
  #voted(preferred, order) {
    this.#result = { preferred, order };
    const [one, other] = this.#sides.map(keyOf);
    const winner = preferred === null ? null : keyOf(this.#sides[preferred]);
    if (one !== other) this.#keep(addVote(this.#pairs, one, other, winner));
    this.#showResult();
    this.#again.focus();
  }

  #showResult() {
    this.#again.hidden = !this.#result;
    byId("compare-keys").hidden = this.#result !== null;
    setText(byId("compare-result"), this.#result ? this.#say(this.#result) : t("compare.how"));
  }

  /** @param {{ preferred: number | null, order: number[] }} result */
  #say({ preferred, order }) {
    const names = this.#sides.map(({ model, snapshot, seed }) =>
      t("compare.side", { model: titleOf(model, snapshot), seed }),
    );
    const sentences = [t("compare.was", { a: names[order[0]], b: names[order[1]] })];
    sentences.push(
      preferred === null
        ? t("compare.undecided")
        : t("compare.preferred", { title: names[preferred] }),
    );
    const [one, other] = this.#sides;
    if (keyOf(one) === keyOf(other)) sentences.push(t("compare.uncounted"));
    return sentences.join(" ");
  }

  /** The votes, read anew: another tab may have added some. */
  get #pairs() {
    const { pairs, isWhole } = readTally(localStorage.getItem(KEPT));
    if (!isWhole && !this.#hasTold) {
      this.#hasTold = true;
      showMessage([t("compare.lost")], { isError: true });
    }
    return pairs;
  }

  /** @param {Pair[]} pairs */
  #keep(pairs) {
    try {
      localStorage.setItem(KEPT, writeTally(pairs));
    } catch {
      showMessage([t("preset.not_kept")], { isError: true });
    }
    this.#showTally();
  }

  #showTally() {
    const pairs = this.#pairs;
    byId("tally").hidden = !pairs.length;
    byId("tally-list").replaceChildren(...pairs.map((pair) => this.#row(pair)));
  }

  /** @param {Pair} pair */
  #row({ models, votes: [wins, losses, ties] }) {
    const titles = models.map((key) => {
      const [wanted, snapshot = null] = key.split("@");
      const model = this.models().find(({ id }) => id === wanted);
      return model ? titleOf(model, snapshot === null ? null : Number(snapshot)) : key;
    });
    const [first, second] = titles;
    const chance = chanceOf(wins, losses);
    const text = t("compare.votes", { first, second, wins, losses, ties });
    const label = t("compare.forget_it", { first, second });
    const forget = h("button", { type: "button", class: "small quiet" }, t("compare.forget"));
    forget.setAttribute("aria-label", label);
    forget.addEventListener("click", () => this.#forget(models));
    const by = t(wins + losses ? "compare.chance" : "compare.no_preference", { chance });
    return h("li", { class: "row" }, h("p", {}, h("b", {}, text), " ", by), forget);
  }

  /** @param {[string, string]} models */
  #forget(models) {
    const before = this.#pairs;
    this.#keep(before.filter((pair) => String(pair.models) !== String(models)));
    const undo = h("button", { type: "button", class: "small" }, t("undo.undo"));
    undo.addEventListener("click", () => {
      hideBanner();
      this.#keep(before);
    });
    showMessage([t("compare.forgotten")], { action: undo });
    undo.focus();
  }
}

/**
 * What the votes on a side are counted under: a model, or one of its snapshots.
 *
 * @param {Side} side
 */
const keyOf = ({ model, snapshot }) => (snapshot === null ? model.id : `${model.id}@${snapshot}`);

/**
 * The title of a model, with its snapshot.
 *
 * @param {Api.ModelInfo} model
 * @param {number | null} snapshot
 */
function titleOf({ title, unit }, snapshot) {
  if (snapshot === null) return title;
  return t("compare.snapshot_of", { title, at: t(`snapshot.${unit}`, { number: snapshot }) });
}

/**
 * Whether both sides have a model and a seed.
 *
 * @param {{ model: Api.ModelInfo | undefined, snapshot: number | null, seed: number | null }[]} sides
 * @returns {sides is Side[]}
 */
const areSides = (sides) => sides.every(({ model, seed }) => model && seed !== null);
