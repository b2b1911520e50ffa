// Blind comparisons of two models, snapshots or seeds: the sides, the result, and the votes so far.

import * as api from "./api.js";
import { drawSeed } from "./controls.js";
import { busy, byId, h, hideBanner, setText, showMessage } from "./dom.js";
import { keyOf, SideFields, titleOfKey } from "./side.js";
import { addVote, chanceOf, readTally, writeTally } from "./tally.js";
import { t } from "./texts.js";
import { Trial } from "./trial.js";

/** @typedef {import("./side.js").Side} Side */
/** @typedef {import("./tally.js").Pair} Pair */

const KEPT = "riffsmith.votes";
const SECONDS = 10;

export class Compare {
  #fields;
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
    this.#fields = [new SideFields(0, models), new SideFields(1, models)];
    byId("compare-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin(this.#make);
    });
    this.#again.addEventListener("click", () => {
      const [one, other] = this.#fields;
      const isShared = one.seed === other.seed; // then what differs is heard on one seed
      one.seed = drawSeed();
      other.seed = isShared ? one.seed : drawSeed();
      this.#begin(this.#again);
    });
  }

  /** Shows everything in the language that is chosen, with the models that there are. */
  show() {
    for (const fields of this.#fields) fields.show();
    this.#make.disabled = !this.models().length;
    this.#trial.show();
    this.#showResult();
    this.#showTally();
  }

  /** @param {HTMLButtonElement} button The button that asks for it. */
  async #begin(button) {
    const [one, other] = this.#fields.map(({ side }) => side);
    if (!one || !other) return;
    const sides = [one, other];
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
    const names = this.#sides.map((side) =>
      t("compare.side", { model: titleOfKey(keyOf(side), this.models()), seed: side.seed }),
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
    const titles = models.map((key) => titleOfKey(key, this.models()));
    const [first, second] = titles;
    const chance = chanceOf(wins, losses);
    const text = t("compare.votes", { first, second, wins, losses, ties });
    const label = t("compare.forget_it", { first, second });
    const forget = h(
      "button",
      { type: "button", class: "small quiet danger" },
      t("compare.forget"),
    );
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
