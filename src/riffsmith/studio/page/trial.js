// A blind trial: two sounds as A and B, in an order that is drawn, equally loud; and a vote.

import { byId, h, showError } from "./dom.js";
import { onShortcut } from "./keys.js";
import { t } from "./texts.js";

/**
 * A sound to compare.
 *
 * @typedef {{ sound: Blob, lufs: number | null }} Sound
 */

const LETTERS = ["A", "B"];

export class Trial {
  #players = LETTERS.map((letter) => h("audio", { preload: "auto", "aria-label": letter }));
  #plays = LETTERS.map((_, place) => byId(`hear-${place}`, HTMLButtonElement));
  #votes = [0, 1, 2].map((place) => byId(`vote-${place}`, HTMLButtonElement));
  /** @type {number[]} */
  #order = []; // the side that A is, and the side that B is
  #heard = new Set();
  #isOpen = false;

  /**
   * @param {(preferred: number | null, order: number[]) => void} onVote Called with the side that is
   *     preferred (null: neither), and with the sides that A and B were.
   */
  constructor(onVote) {
    this.onVote = onVote;
    byId("trial").append(...this.#players);
    for (const [place, player] of this.#players.entries()) {
      this.#plays[place].addEventListener("click", () => this.#play(place));
      for (const event of ["play", "pause", "ended"])
        player.addEventListener(event, () => this.#show());
      player.addEventListener("playing", () => this.#heard.add(place) && this.#show());
    }
    for (const [place, button] of this.#votes.entries())
      button.addEventListener("click", () => this.#vote(place));
    const isShown = () => !byId("listen").hidden && !byId("trial").hidden;
    onShortcut("first", () => this.#play(0), isShown);
    onShortcut("second", () => this.#play(1), isShown);
    const mayVote = () => isShown() && !this.#votes[0].disabled;
    onShortcut("prefer_first", () => this.#vote(0), mayVote);
    onShortcut("prefer_second", () => this.#vote(1), mayVote);
    onShortcut("no_difference", () => this.#vote(2), mayVote);
  }

  /**
   * Begins a trial with the sounds of two sides.
   *
   * @param {Sound[]} sounds
   */
  begin(sounds) {
    this.#order = Math.random() < 0.5 ? [0, 1] : [1, 0];
    this.#heard.clear();
    this.#isOpen = true;
    const known = sounds.map(({ lufs }) => lufs).filter((lufs) => lufs !== null);
    const quietest = Math.min(...known);
    for (const [place, player] of this.#players.entries()) {
      const { sound, lufs } = sounds[this.#order[place]];
      URL.revokeObjectURL(player.src);
      player.src = URL.createObjectURL(sound);
      player.volume = lufs === null ? 1 : 10 ** ((quietest - lufs) / 20); // only ever turned down
    }
    byId("trial").hidden = false;
    this.#show();
    this.#plays[0].focus();
  }

  /** Shows everything in the language that is chosen. */
  show() {
    for (const [place, letter] of LETTERS.entries()) {
      this.#plays[place].setAttribute("aria-label", t("compare.hear", { letter }));
      this.#votes[place].textContent = t("compare.better", { letter });
    }
    this.#show();
  }

  /** @param {number} place */
  async #play(place) {
    const player = this.#players[place];
    player.currentTime = 0;
    try {
      await player.play();
    } catch (error) {
      // A sound that is stopped before it has begun is no error: the other one was asked for.
      if (!(error instanceof DOMException && error.name === "AbortError")) showError(error);
    }
  }

  /** @param {number} place 0 for A, 1 for B, 2 for neither. */
  #vote(place) {
    this.#isOpen = false;
    for (const player of this.#players) player.pause();
    this.#show();
    this.onVote(place === 2 ? null : this.#order[place], this.#order);
  }

  #show() {
    for (const [place, player] of this.#players.entries())
      this.#plays[place].setAttribute("aria-pressed", String(!player.paused && !player.ended));
    for (const button of this.#votes)
      button.disabled = !this.#isOpen || this.#heard.size < LETTERS.length;
  }
}
