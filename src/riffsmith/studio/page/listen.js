// The room to listen in.

import * as api from "./api.js";
import { Beginning } from "./beginning.js";
import { busy, byId, h, setText, tell, tellError } from "./dom.js";
import { Knobs, drawSeed, readSeed } from "./knobs.js";
import { Meter, buildTaps } from "./meter.js";
import { Piece } from "./piece.js";
import { Shelf } from "./shelf.js";
import { Spectrogram } from "./spectrogram.js";
import { number, onLanguage, t, told } from "./texts.js";

const KEPT_MODEL = "riffsmith.model";
const KEPT_SECONDS = 30;
const LOOK_MILLISECONDS = 250;

export class ListenRoom {
  #piece = new Piece(buildTaps);
  #models = [];
  #beginning = new Beginning((isChosen) => this.#beganOtherwise(isChosen));
  #shelf = new Shelf((clip, title) => this.#beginning.takeClip(clip, title));
  #meter = new Meter();
  #picture = new Spectrogram(byId("spectrogram"), byId("pitches"));
  #knobs = new Knobs(byId("knobs"), (controls) => this.#turn(controls));
  #seed = byId("seed");
  #model = byId("model");
  #before = 0;
  #reading = null;
  #turnedAt = 0; // the sample from which the last turn is heard

  constructor() {
    this.#seed.value = drawSeed();
    byId("play").addEventListener("click", () => this.toggle());
    byId("mini").addEventListener("click", () => this.toggle());
    byId("dice").addEventListener("click", () => this.#another(drawSeed()));
    this.#seed.addEventListener("change", () => this.#another(readSeed(this.#seed) ?? drawSeed()));
    this.#model.addEventListener("change", () => this.#chose());
    byId("volume").addEventListener("input", (event) => this.#setVolume(event.target));
    byId("keep").addEventListener("click", (event) => this.#keep(event.currentTarget));
    this.#piece.addEventListener("state", () => this.#show());
    this.#piece.addEventListener("problem", (event) => tellError(event.detail));
    document.addEventListener("play", (event) => this.#makeWay(event.target), true);
    addEventListener("pagehide", () => this.#piece.stop());
    setInterval(() => this.#look(), LOOK_MILLISECONDS);
    onLanguage(() => this.#translate());
    this.#setVolume(byId("volume"));
    this.#setMediaKeys();
    this.#translate();
    requestAnimationFrame((now) => this.#draw(now));
  }

  /** Reads the models anew; the chosen one stays. */
  refresh(chosen) {
    this.#reading = this.#read(chosen);
    return this.#reading;
  }

  async #read(chosen) {
    this.#models = await api.models();
    const wanted = chosen ?? (this.#model.value || localStorage.getItem(KEPT_MODEL));
    this.#listModels();
    const found = this.#models.find(({ id, streams }) => id === wanted && streams);
    this.#model.value = (found ?? this.#models.find(({ streams }) => streams))?.id ?? "";
    this.#tellOfModel();
    await this.#shelf.refresh();
    if (!this.#models.length) tell(t("error.no_models"), { isError: true });
  }

  /** Plays a model from now on. */
  async play(model) {
    await this.refresh(model);
    localStorage.setItem(KEPT_MODEL, model);
    await this.#begin();
  }

  async toggle() {
    try {
      if (this.#piece.isPlaying) await this.#piece.pause();
      else if (this.#piece.state === "paused") await this.#piece.resume();
      else await this.#begin();
    } catch (error) {
      tellError(error);
    }
  }

  /** Looks whether a comparison is done; called now and then while the room is shown. */
  poll() {
    return this.#shelf.isWaiting ? this.#shelf.refresh() : null;
  }

  get #chosen() {
    return this.#models.find(({ id }) => id === this.#model.value);
  }

  async #begin() {
    await this.#reading; // pressed before the models were there
    const model = this.#chosen;
    if (!model) {
      tell(t("error.no_models"), { isError: true });
      return;
    }
    const seed = readSeed(this.#seed) ?? drawSeed();
    this.#seed.value = seed;
    this.#knobs.restart();
    this.#turnedAt = 0;
    try {
      await this.#piece.begin(model.id, seed, this.#knobs.controls, this.#beginning.like, model.sample_rate);
      this.#setMediaKeys(model, seed);
    } catch (error) {
      tellError(error);
    }
  }

  #another(seed) {
    this.#seed.value = seed;
    if (this.#piece.state !== "idle") this.#begin();
  }

  #beganOtherwise(isChosen) {
    if (isChosen) byId("play").focus();
    if (isChosen || this.#piece.state !== "idle") this.#begin();
  }

  #chose() {
    localStorage.setItem(KEPT_MODEL, this.#model.value);
    this.#tellOfModel();
    if (this.#piece.state !== "idle") this.#begin();
  }

  async #turn(controls) {
    this.#turnedAt = this.#piece.id ? Infinity : 0;
    try {
      this.#turnedAt = (await this.#piece.turn(controls)) ?? 0;
    } catch (error) {
      this.#turnedAt = 0;
      tellError(error);
    }
  }

  #keep(button) {
    const { id, position } = this.#piece;
    return busy(button, "listen.keeping", async () => {
      const clip = await api.keepClip(id, position, KEPT_SECONDS);
      await this.#shelf.refresh();
      tell(t("listen.kept", { title: told(clip.title) }));
    }).then(() => this.#show());
  }

  /** A recording or a clip is played: one thing at a time. */
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
    byId("keep").disabled = !this.#piece.id;
    byId("idle").hidden = state !== "idle";
    byId("state").className = `state ${state}`;
    setText(byId("state"), t(`state.${state}`));
    if (isPlaying) for (const player of document.querySelectorAll("audio")) player.pause();
    if ("mediaSession" in navigator) navigator.mediaSession.playbackState = isPlaying ? "playing" : "paused";
  }

  #look() {
    this.#piece.check();
    const { ahead, reserve } = this.#piece;
    const gauge = byId("buffer");
    gauge.style.setProperty("--share", Math.min(1, ahead / reserve).toFixed(2));
    gauge.classList.toggle("is-low", this.#piece.isPlaying && ahead < 0.3);
    gauge.dataset.gaps = this.#piece.gaps;
    gauge.setAttribute("aria-valuenow", Math.min(6, ahead).toFixed(1));
    const text = t("meter.seconds", { value: number(ahead, 1) });
    gauge.setAttribute("aria-valuetext", text);
    setText(byId("buffer-text"), text);
    this.#tellOfTurn();
  }

  #tellOfTurn() {
    const seconds = (this.#turnedAt - this.#piece.position) / this.#piece.rate;
    const isComing = this.#piece.id !== null && seconds > 0;
    byId("knobs").classList.toggle("is-turning", isComing);
    const key = !isComing ? "controls_hint" : Number.isFinite(seconds) ? "turned" : "turning";
    setText(byId("knobs-hint"), t(`listen.${key}`, { value: number(seconds, 1) }));
  }

  #draw(now) {
    const elapsed = now - this.#before;
    this.#before = now;
    if (this.#piece.taps && this.#piece.context.state === "running") {
      this.#meter.update(this.#piece.taps, now, elapsed);
      this.#picture.update(this.#piece.taps.spectrum, elapsed);
    }
    requestAnimationFrame((later) => this.#draw(later));
  }

  #setVolume(slider) {
    this.#piece.volume = slider.valueAsNumber;
    slider.style.setProperty("--share", slider.value);
  }

  #listModels() {
    const options = this.#models.map(({ id, title, streams }) =>
      h("option", { value: id, disabled: !streams }, streams ? title : t("listen.alone", { title })),
    );
    this.#model.replaceChildren(...options);
  }

  #tellOfModel() {
    const credits = this.#chosen?.credits ?? [];
    byId("credits").hidden = !credits.length;
    const key = credits.length === 1 ? "listen.credit" : "listen.credits";
    byId("credits-count").textContent = t(key, { count: number(credits.length) });
    byId("credits-list").replaceChildren(...credits.map((credit) => h("li", {}, credit)));
  }

  #translate() {
    const chosen = this.#model.value;
    if (this.#models.length) this.#listModels();
    this.#model.value = chosen;
    this.#tellOfModel();
    this.#knobs.show();
    this.#beginning.show();
    this.#show();
    const high = number(Math.round((this.#picture.highest || 22_050) / 1000));
    byId("spectrogram").setAttribute("aria-label", t("listen.spectrogram", { low: 40, high }));
  }

  /** The keys of a keyboard, a headset or a telephone's lock screen. */
  #setMediaKeys(model, seed) {
    if (!("mediaSession" in navigator)) return;
    for (const action of ["play", "pause"]) navigator.mediaSession.setActionHandler(action, () => this.toggle());
    if (model) {
      const title = `${model.title} · ${t("listen.seed")} ${seed}`;
      navigator.mediaSession.metadata = new MediaMetadata({ title, artist: "Riffsmith" });
    }
  }
}
