// The section to listen in.

import * as api from "./api.js";
import { showBuffer } from "./buffer.js";
import { Compare } from "./compare.js";
import { Desk } from "./desk.js";
import { busy, byId, setText, showError, showMessage } from "./dom.js";
import { KeptLength } from "./keep.js";
import { onShortcut, setMediaKeys } from "./keys.js";
import { onLanguage } from "./language.js";
import { Meter } from "./meter.js";
import { Piece } from "./piece.js";
import { AudioPrompt } from "./prompt.js";
import { followRemote } from "./remote.js";
import { Shelf } from "./shelf.js";
import { Spectrogram } from "./spectrogram.js";
import { t } from "./texts.js";

const LOOK_MILLISECONDS = 250;
const LOWEST_HZ = 40;
const USUAL_HIGHEST_HZ = 22_050;

export class ListenSection {
  #piece = new Piece();
  #desk = new Desk(
    () => this.#restart(),
    (controls) => this.#changeControls(controls),
  );
  #compare = new Compare(
    () => this.#desk.models.all,
    () => this.#desk.setting.knobs,
  );
  #prompt = new AudioPrompt((isChosen) => this.#promptChanged(isChosen));
  #shelf = new Shelf(
    (clip, title) => this.#prompt.takeClip(clip, title),
    () => this.#desk.asked,
  );
  #length = new KeptLength();
  #meter = new Meter();
  #picture = new Spectrogram(byId("spectrogram", HTMLCanvasElement), byId("pitches"));
  #keep = byId("keep", HTMLButtonElement);
  #drawnAt = 0;
  /** @type {Promise<void> | null} */
  #reading = null;
  #changedAt = 0; // the sample from which the last change is heard

  constructor() {
    for (const id of ["play", "mini"]) byId(id).addEventListener("click", () => this.toggle());
    const volume = byId("volume", HTMLInputElement);
    volume.addEventListener("input", () => this.#setVolume(volume));
    this.#keep.addEventListener("click", () => this.#keepClip());
    this.#piece.addEventListener("state", () => this.#show());
    this.#piece.addEventListener("problem", (event) =>
      showError(/** @type {CustomEvent} */ (event).detail),
    );
    document.addEventListener("play", (event) => this.#makeWay(event.target), true);
    const isWanted = () => !byId("listen").hidden || this.#piece.state !== "idle";
    onShortcut("play", () => this.toggle(), isWanted);
    addEventListener("pagehide", () => this.#piece.stop());
    setInterval(() => this.#look(), LOOK_MILLISECONDS);
    onLanguage(() => this.#translate());
    this.#setVolume(volume);
    setMediaKeys(() => this.toggle());
    this.#translate();
    requestAnimationFrame((now) => this.#draw(now));
    followRemote((knobs) => this.#desk.follow(knobs));
  }

  /**
   * Reads models and clips anew.
   *
   * @param {string} [model] The model to choose; the one that is chosen stays if left out.
   */
  refresh(model) {
    this.#reading = this.#read(model);
    return this.#reading;
  }

  /** @param {string} [model] */
  async #read(model) {
    const isAny = await this.#desk.read(model);
    this.#compare.show();
    await this.#shelf.refresh();
    if (!isAny) showMessage([t("error.no_models")], { isError: true });
  }

  /**
   * Plays a model from now on.
   *
   * @param {string} model
   */
  async play(model) {
    await this.refresh(model);
    await this.#begin();
  }

  /**
   * Sets what a link holds.
   *
   * @param {string} query The part of the link behind its question mark.
   */
  async open(query) {
    await this.refresh();
    this.#desk.open(query);
  }

  /** Begins, pauses, or goes on. */
  async toggle() {
    try {
      if (this.#piece.isPlaying) await this.#piece.pause();
      else if (this.#piece.state === "paused") await this.#piece.resume();
      else await this.#begin();
    } catch (error) {
      showError(error);
    }
  }

  /** Looks whether a comparison is done; called now and then while the section is shown. */
  async poll() {
    if (this.#shelf.isWaiting) await this.#shelf.refresh();
  }

  async #begin() {
    await this.#reading; // the button may be pressed before the models are there
    const model = this.#desk.models.chosen;
    if (!model) {
      showMessage([t("error.no_models")], { isError: true });
      return;
    }
    this.#desk.showSeed();
    this.#desk.knobs.restart();
    this.#changedAt = 0;
    const { seed } = this.#desk.setting;
    const [controls, audio_prompt] = [this.#desk.knobs.controls, this.#prompt.request];
    const request = { model: model.id, seed, controls, audio_prompt };
    try {
      await this.#piece.begin(request, model.sample_rate);
      setMediaKeys(() => this.toggle(), `${model.title} · ${t("listen.seed")} ${seed}`);
    } catch (error) {
      showError(error);
    }
  }

  /** Begins anew where a piece was begun. */
  #restart() {
    if (this.#piece.state !== "idle") this.#begin();
  }

  /** @param {boolean} isChosen */
  #promptChanged(isChosen) {
    if (!isChosen) return this.#restart();
    byId("play").focus();
    return this.#begin();
  }

  /** @param {Api.ControlValues} controls */
  async #changeControls(controls) {
    this.#changedAt = this.#piece.id ? Number.POSITIVE_INFINITY : 0;
    try {
      this.#changedAt = (await this.#piece.changeControls(controls)) ?? 0;
    } catch (error) {
      this.#changedAt = 0;
      showError(error);
    }
  }

  async #keepClip() {
    const { id, position } = this.#piece;
    if (id === null) return;
    await busy(this.#keep, "listen.keeping", async () => {
      const clip = await api.keepClip(id, position, this.#length.seconds);
      await this.#shelf.refresh();
      showMessage([this.#length.sayOf(clip)]);
    });
    this.#show();
  }

  // A recording or a clip is played: one thing at a time.
  /** @param {EventTarget | null} player */
  #makeWay(player) {
    if (this.#piece.isPlaying) this.#piece.pause();
    for (const other of document.querySelectorAll("audio")) if (other !== player) other.pause();
  }

  #show() {
    const { state, isPlaying } = this.#piece;
    for (const button of [byId("play"), byId("mini")]) {
      button.classList.toggle("is-playing", isPlaying);
      const label = t(isPlaying ? "listen.pause" : "listen.play");
      button.setAttribute("aria-label", label);
      button.title = label;
    }
    document.body.classList.toggle("has-piece", state !== "idle");
    this.#keep.disabled = !this.#piece.id;
    byId("idle").hidden = state !== "idle";
    byId("state").className = `state ${state}`;
    setText(byId("state"), t(`state.${state}`));
    if (isPlaying) for (const player of document.querySelectorAll("audio")) player.pause();
    if ("mediaSession" in navigator)
      navigator.mediaSession.playbackState = isPlaying ? "playing" : "paused";
  }

  #look() {
    this.#piece.check();
    showBuffer(this.#piece);
    this.#showChange();
  }

  /** Shows how long it takes until the last change is heard. */
  #showChange() {
    const { id, rate, position } = this.#piece;
    const seconds = id === null ? 0 : (this.#changedAt - position) / rate;
    byId("knobs").classList.toggle("is-changing", seconds > 0);
    const key = seconds > 0 ? (Number.isFinite(seconds) ? "changed" : "changing") : "controls_hint";
    setText(byId("knobs-hint"), t(`listen.${key}`, { seconds }));
  }

  /** @param {number} now */
  #draw(now) {
    const elapsed = now - this.#drawnAt;
    this.#drawnAt = now;
    const taps = this.#piece.taps;
    if (taps) {
      this.#meter.update(taps, now, elapsed);
      this.#picture.update(taps.spectrum, elapsed);
    }
    requestAnimationFrame((later) => this.#draw(later));
  }

  /** @param {HTMLInputElement} slider */
  #setVolume(slider) {
    this.#piece.volume = slider.valueAsNumber;
    slider.style.setProperty("--share", slider.value);
  }

  #translate() {
    this.#desk.show();
    this.#compare.show();
    this.#prompt.show();
    this.#show();
    const high = Math.round((this.#picture.highest || USUAL_HIGHEST_HZ) / 1000);
    const label = t("listen.spectrogram", { low: LOWEST_HZ, high });
    byId("spectrogram").setAttribute("aria-label", label);
  }
}
