// Level of the sound: peak and RMS of both channels, and the centre of its spectrum.

import { byId, setText } from "./dom.js";
import { t } from "./texts.js";

/** @typedef {{ sides: AnalyserNode[], spectrum: AnalyserNode }} Taps */

const LOWEST_DB = -60;
const FALL_DB_PER_SECOND = 24;
const TEXT_EVERY_MILLISECONDS = 150;
const WINDOW = 2048;

/**
 * Puts nodes that measure behind a node: one for each channel, one for the spectrum.
 *
 * @param {AudioContext} context
 * @param {AudioNode} node
 * @returns {Taps}
 */
export function buildTaps(context, node) {
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  const sides = [0, 1].map((channel) => {
    const analyser = new AnalyserNode(context, { fftSize: WINDOW, smoothingTimeConstant: 0 });
    splitter.connect(analyser, channel);
    return analyser;
  });
  const spectrum = new AnalyserNode(context, {
    fftSize: 4096,
    smoothingTimeConstant: 0,
    minDecibels: -92,
    maxDecibels: -14,
  });
  node.connect(splitter);
  node.connect(spectrum);
  return { sides, spectrum };
}

export class Meter {
  #element = byId("meter");
  #bars = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#meter .bar")]);
  #samples = new Float32Array(WINDOW);
  #bins = new Float32Array(2048);
  #held = [LOWEST_DB, LOWEST_DB];
  #shownAt = 0;

  /**
   * Reads the taps; called for every picture.
   *
   * @param {Taps} taps
   * @param {number} now Milliseconds.
   * @param {number} elapsed Milliseconds since the picture before.
   */
  update(taps, now, elapsed) {
    const levels = taps.sides.map((side) => this.#measure(side));
    for (const [side, { peak, rms }] of levels.entries()) {
      this.#held[side] = Math.max(peak, this.#held[side] - (FALL_DB_PER_SECOND * elapsed) / 1000);
      const bar = this.#bars[side];
      bar.style.setProperty("--rms", heightOf(rms));
      bar.style.setProperty("--peak", heightOf(this.#held[side]));
    }
    if (now - this.#shownAt < TEXT_EVERY_MILLISECONDS) return;
    this.#shownAt = now;
    const peak = Math.max(...levels.map((level) => level.peak));
    const rms = Math.max(...levels.map((level) => level.rms));
    this.#show(Math.max(...this.#held), peak, rms, this.#centre(taps.spectrum));
  }

  /**
   * @param {number} held Peak that falls slowly, in dB.
   * @param {number} peak Peak, in dB.
   * @param {number} rms RMS, in dB.
   * @param {number} centre Centre of the spectrum, in Hz.
   */
  #show(held, peak, rms, centre) {
    const data = this.#element.dataset;
    data.peakDb = peak.toFixed(1);
    data.rmsDb = rms.toFixed(1);
    data.centreHz = centre.toFixed(0);
    setText(byId("meter-peak"), decibels(held));
    setText(byId("meter-rms"), decibels(rms));
    setText(byId("meter-centre"), rms > LOWEST_DB ? t("meter.hz", { value: centre }) : "–");
    this.#element.setAttribute("aria-valuenow", String(Math.max(LOWEST_DB, Math.round(held))));
    const text = t("meter.text", { peak: decibels(held), rms: decibels(rms) });
    this.#element.setAttribute("aria-valuetext", text);
  }

  /** @param {AnalyserNode} side */
  #measure(side) {
    side.getFloatTimeDomainData(this.#samples);
    let peak = 0;
    let power = 0;
    for (const sample of this.#samples) {
      peak = Math.max(peak, Math.abs(sample));
      power += sample * sample;
    }
    return { peak: toDb(peak), rms: toDb(Math.sqrt(power / WINDOW)) };
  }

  /** @param {AnalyserNode} spectrum */
  #centre(spectrum) {
    spectrum.getFloatFrequencyData(this.#bins);
    let sum = 0;
    let weighted = 0;
    for (const [bin, db] of this.#bins.entries()) {
      const strength = 10 ** (db / 20);
      sum += strength;
      weighted += strength * bin;
    }
    return sum > 0 ? (weighted / sum) * (spectrum.context.sampleRate / spectrum.fftSize) : 0;
  }
}

/** @param {number} value */
const toDb = (value) => Math.max(-120, 20 * Math.log10(Math.max(value, 1e-6)));

/** @param {number} db */
const heightOf = (db) => Math.min(1, Math.max(0, 1 - db / LOWEST_DB)).toFixed(3);

/** @param {number} db */
const decibels = (db) => (db > LOWEST_DB ? t("meter.db", { value: db }) : t("meter.silence"));
