// An endless piece as it is played: pulled from the server a little ahead, and changed by knobs.

import * as api from "./api.js";
import { Output } from "./output.js";
import { Queue } from "./queue.js";

/** @typedef {"idle" | "starting" | "playing" | "late" | "away" | "paused"} State */

const PULL_SECONDS = 0.75;
const AHEAD_SECONDS = 3;
const MOST_AHEAD_SECONDS = 6; // where the music is made more slowly than it plays
const CALM_SECONDS = 30; // after so long without a gap, less is kept ahead again
const RETRY_MILLISECONDS = 1000;
const GONE = 404;

/** A piece that the server plays to us: its name there and what is queued of it. */
class Session {
  next = 0; // the first sample that has not arrived
  replaces = false; // what comes next takes the place of what is queued
  isDry = false;

  /**
   * @param {Api.PlayerInfo} player
   * @param {Api.PlayerRequest} request
   * @param {Queue} queue
   */
  constructor(player, request, queue) {
    this.id = player.id;
    this.rate = player.sample_rate;
    this.request = request;
    this.queue = queue;
  }
}

/** The piece that is played. Events: `state` when that changes; `problem` with a server's error. */
export class Piece extends EventTarget {
  /** @type {State} */
  state = "idle";
  reserve = AHEAD_SECONDS; // seconds that are kept ahead
  gaps = 0;
  /** @type {Output | null} */
  #output = null;
  /** @type {Session | null} */
  #session = null;
  /** @type {Api.PlayerRequest | null} */
  #request = null; // what was asked for last
  #volume = 0.9;
  #lastGap = 0;
  #changes = 0;
  #isFeeding = false;

  get isPlaying() {
    return ["starting", "playing", "late", "away"].includes(this.state);
  }

  /** What meters read, while there is sound. */
  get taps() {
    return this.#output?.context.state === "running" ? this.#output.taps : null;
  }

  /** The server's name of the piece. */
  get id() {
    return this.#session?.id ?? null;
  }

  /** Sample rate of the piece in Hz. */
  get rate() {
    return this.#session?.rate ?? 0;
  }

  set volume(/** @type {number} */ value) {
    this.#volume = value;
    this.#output?.fadeTo(value ** 2, 0.02);
  }

  /** Seconds that are ready to be played. */
  get ahead() {
    return this.#session?.queue.ahead ?? 0;
  }

  /** The sample that is played now. */
  get position() {
    return this.#session?.queue.position ?? 0;
  }

  /**
   * Begins a piece in the place of the one before.
   *
   * @param {Api.PlayerRequest} request
   * @param {number} rate Sample rate of its model in Hz.
   */
  async begin(request, rate) {
    this.#drop();
    this.#request = request;
    this.#become("starting");
    try {
      const output = await this.#prepare(rate);
      const player = await api.openPlayer(request);
      if (request !== this.#request) return closeQuietly(player.id);
      const queue = new Queue(output.context, output.bus, player.sample_rate, () => this.check());
      this.#session = new Session(player, request, queue);
    } catch (error) {
      if (request === this.#request) this.stop();
      throw error;
    }
    return this.check();
  }

  async pause() {
    const output = this.#output;
    this.#become("paused");
    if (!output) return;
    output.fadeTo(0, 0.008);
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.state === "paused") await output.context.suspend();
  }

  async resume() {
    this.#become("starting");
    await this.#output?.context.resume();
    this.volume = this.#volume;
    if (this.ahead > 0) this.#become("playing");
    this.check();
  }

  /** Ends the piece. */
  stop() {
    this.#request = null;
    this.#drop();
    this.#become("idle");
  }

  /**
   * Changes the controls, to be heard as soon as it is ready.
   *
   * @param {Api.ControlValues} controls
   * @returns {Promise<number | null>} The sample from which the change is heard; null: nothing plays.
   */
  async changeControls(controls) {
    if (this.#request) this.#request.controls = controls;
    const session = this.#session;
    if (!session) return null;
    const { position } = session.queue;
    const { at } = await api.changeControls(session.id, { controls, position });
    if (session !== this.#session) return null;
    this.#changes += 1;
    session.next = at;
    session.replaces = true;
    this.check();
    return at;
  }

  /** Looks whether more is needed. */
  check() {
    const [session, output] = [this.#session, this.#output];
    if (!session || !output || !this.isPlaying) return;
    const now = output.context.currentTime;
    if (session.queue.isDry) this.#lastGap = now; // a gap may be long
    if (session.queue.isDry && !session.isDry) {
      session.isDry = true;
      this.gaps += 1;
      this.reserve = Math.min(MOST_AHEAD_SECONDS, this.reserve * 2);
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
    while (this.#session && this.isPlaying) {
      const { replaces, queue } = this.#session;
      if (!replaces && queue.ahead > this.reserve - PULL_SECONDS) break;
      await this.#pull(this.#session);
    }
    this.#isFeeding = false;
  }

  /** @param {Session} session */
  async #pull(session) {
    const [start, changes] = [session.next, this.#changes];
    const count = Math.round(PULL_SECONDS * session.rate);
    try {
      const samples = await api.pcm(session.id, start, count);
      if (session !== this.#session || changes !== this.#changes) return;
      session.next = start + count;
      const put = session.replaces ? session.queue.replace : session.queue.add;
      session.replaces = false;
      if (!put.call(session.queue, start, samples, this.reserve / 2)) return;
      session.isDry = false;
      if (this.isPlaying) this.#become(this.reserve > AHEAD_SECONDS ? "late" : "playing");
    } catch (error) {
      if (session !== this.#session) return;
      const isGone = error instanceof api.ServerError && error.status === GONE;
      if (isGone) await this.#reopen(session).catch((cause) => this.#wait(cause));
      else await this.#wait(error);
    }
  }

  // The server has forgotten the piece, as after a long pause: it is opened again.
  /** @param {Session} session */
  async #reopen(session) {
    const { id } = await api.openPlayer(session.request);
    if (session !== this.#session) return closeQuietly(id);
    session.id = id;
    return session.queue.part();
  }

  /** @param {unknown} error */
  async #wait(error) {
    if (error instanceof api.ServerError && error.status)
      this.dispatchEvent(new CustomEvent("problem", { detail: error }));
    if (this.isPlaying) this.#become("away");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }

  #drop() {
    if (!this.#session) return;
    this.#session.queue.close();
    closeQuietly(this.#session.id);
    this.#session = null;
  }

  /** @param {number} rate */
  async #prepare(rate) {
    if (this.#output?.sampleRate !== rate) {
      this.#output?.context.close();
      this.#output = new Output(rate);
    }
    await this.#output.context.resume();
    this.volume = this.#volume;
    return this.#output;
  }

  /** @param {State} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

/** @param {string} id */
function closeQuietly(id) {
  api.closePlayer(id).catch(() => {});
}
