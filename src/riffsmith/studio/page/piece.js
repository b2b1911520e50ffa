// An endless piece as it is played: pulled from the server a little ahead, and turned by knobs.

import * as api from "./api.js";
import { Queue } from "./queue.js";

const PULL_SECONDS = 0.75;
const AHEAD_SECONDS = 3;
const MOST_AHEAD_SECONDS = 6; // where the music is made more slowly than it plays
const CALM_SECONDS = 30; // without a gap: then less is kept ahead again
const RETRY_MILLISECONDS = 1000;
const GONE = 404;

/** Events: `state`, whenever that changes; `problem`, with the error that the server told. */
export class Piece extends EventTarget {
  context = null;
  taps = null; // what meters read
  state = "idle"; // starting, playing, late, away, paused
  id = null; // the server's name of the piece
  rate = null;
  reserve = AHEAD_SECONDS; // seconds that are kept ahead
  gaps = 0;
  #bus = null;
  #output = null;
  #volume = 0.9;
  #queue = null;
  #wish = null;
  #next = 0; // the first sample that has not arrived
  #lastGap = 0;
  #isFeeding = false;
  #wasDry = false;
  #turns = 0;
  #isTurned = false; // what comes next is heard in the place of what is queued

  /** `buildTaps` puts what meters read behind a node. */
  constructor(buildTaps) {
    super();
    this.buildTaps = buildTaps;
  }

  get isPlaying() {
    return ["starting", "playing", "late", "away"].includes(this.state);
  }

  get volume() {
    return this.#volume;
  }

  set volume(value) {
    this.#volume = value;
    this.#output?.gain.setTargetAtTime(value ** 2, this.context.currentTime, 0.02);
  }

  /** Seconds that are ready to be heard. */
  get ahead() {
    return this.#queue?.ahead ?? 0;
  }

  /** The sample that is heard now. */
  get position() {
    return this.#queue?.position ?? 0;
  }

  /** Begins a piece in the place of the one before. */
  async begin(model, seed, controls, like, rate) {
    this.#drop();
    const wish = { model, seed, controls, like };
    this.#wish = wish;
    this.#become("starting");
    try {
      await this.#prepare(rate);
      const { id, sample_rate } = await api.openPlayer(model, seed, controls, like);
      if (wish !== this.#wish) return void api.closePlayer(id).catch(() => {});
      Object.assign(this, { id, rate: sample_rate });
    } catch (error) {
      if (wish === this.#wish) this.stop();
      throw error;
    }
    this.#next = 0;
    this.#wasDry = this.#isTurned = false;
    this.#queue = new Queue(this.context, this.#bus, this.rate, () => this.check());
    this.check();
  }

  async pause() {
    this.#become("paused");
    this.#output.gain.setTargetAtTime(0, this.context.currentTime, 0.008);
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.state === "paused") await this.context.suspend();
  }

  async resume() {
    this.#become("starting");
    await this.context.resume();
    this.volume = this.#volume;
    if (this.ahead > 0) this.#become("playing");
    this.check();
  }

  /** Ends the piece. */
  stop() {
    this.#wish = null;
    this.#drop();
    this.#become("idle");
  }

  /** Asks something else, as soon as it can be heard; gives the sample where it begins. */
  async turn(controls) {
    if (this.#wish) this.#wish.controls = controls;
    const queue = this.#queue;
    if (!queue) return null;
    const { at } = await api.turn(this.id, controls, queue.position);
    if (queue !== this.#queue) return null;
    this.#turns += 1;
    this.#next = at;
    this.#isTurned = true;
    this.check();
    return at;
  }

  /** Looks whether more is needed. */
  check() {
    if (!this.#queue || !this.isPlaying) return;
    const now = this.context.currentTime;
    if (this.#queue.isDry && !this.#wasDry) {
      this.#wasDry = true;
      this.gaps += 1;
      this.reserve = Math.min(MOST_AHEAD_SECONDS, this.reserve * 2);
      this.#lastGap = now;
      this.#become("late");
    } else if (this.reserve > AHEAD_SECONDS && now - this.#lastGap > CALM_SECONDS) {
      this.reserve /= 2;
      this.#lastGap = now;
      if (this.reserve === AHEAD_SECONDS && this.state === "late") this.#become("playing");
    }
    this.#feed();
  }

  async #feed() {
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    while (this.#queue && this.isPlaying && (this.#isTurned || this.ahead <= this.reserve - PULL_SECONDS)) {
      await this.#pull(this.#queue);
    }
    this.#isFeeding = false;
  }

  async #pull(queue) {
    const [start, turns] = [this.#next, this.#turns];
    const count = Math.round(PULL_SECONDS * this.rate);
    try {
      const samples = await api.pcm(this.id, start, count);
      if (queue !== this.#queue || turns !== this.#turns) return;
      this.#next = start + count;
      const put = this.#isTurned ? queue.replace : queue.add;
      this.#isTurned = false;
      const plays = put.call(queue, start, samples, this.reserve / 2);
      if (plays) this.#wasDry = false;
      if (plays && this.isPlaying) this.#become(this.reserve > AHEAD_SECONDS ? "late" : "playing");
    } catch (error) {
      if (queue !== this.#queue) return;
      if (error.status === GONE) await this.#reopen(queue).catch((cause) => this.#wait(cause));
      else await this.#wait(error);
    }
  }

  /** The server has forgotten the piece, as after a long pause: the same one from the same place. */
  async #reopen(queue) {
    const { model, seed, controls, like } = this.#wish;
    const { id } = await api.openPlayer(model, seed, controls, like);
    if (queue !== this.#queue) return void api.closePlayer(id).catch(() => {});
    this.id = id;
    queue.part();
  }

  async #wait(error) {
    if (error.status) this.dispatchEvent(new CustomEvent("problem", { detail: error }));
    if (this.isPlaying) this.#become("away");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }

  #drop() {
    if (!this.#queue) return;
    this.#queue.close();
    this.#queue = null;
    api.closePlayer(this.id).catch(() => {});
    this.id = null;
  }

  async #prepare(rate) {
    if (this.context && this.rate !== rate) {
      this.context.close();
      this.context = null;
    }
    if (!this.context) {
      this.context = buildContext(rate);
      this.#bus = new GainNode(this.context);
      this.#output = new GainNode(this.context, { gain: this.#volume ** 2 });
      this.#bus.connect(this.#output).connect(this.context.destination);
      this.taps = this.buildTaps(this.context, this.#bus);
    }
    await this.context.resume();
    this.volume = this.#volume;
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

function buildContext(sampleRate) {
  try {
    return new AudioContext({ sampleRate, latencyHint: "playback" });
  } catch {
    return new AudioContext({ latencyHint: "playback" }); // resampled buffer by buffer instead
  }
}
