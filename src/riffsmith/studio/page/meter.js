// Level of what is heard: peak and RMS of both channels, and the middle of its spectrum.

import { byId, setText } from "./dom.js";
import { number, t } from "./texts.js";

const LOWEST_DB = -60;
const FALL_DB_PER_SECOND = 24;
const TEXT_EVERY_MILLISECONDS = 150;
const WINDOW = 2048;

/** Nodes that listen to what a node gives: one for each channel, one for the spectrum. */
export function buildTaps(context, node) {
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  const sides = [0, 1].map((channel) => {
    const analyser = new AnalyserNode(context, { fftSize: WINDOW, smoothingTimeConstant: 0 });
    splitter.connect(analyser, channel);
    return analyser;
  });
  const spectrum = new AnalyserNode(context, {
    fftSize: 4096, smoothingTimeConstant: 0, minDecibels: -92, maxDecibels: -14,
  });
  node.connect(splitter);
  node.connect(spectrum);
  return { sides, spectrum };
}

export class Meter {
  #element = byId("meter");
  #bars = [...document.querySelectorAll("#meter .bar")];
  #samples = new Float32Array(WINDOW);
  #bins = new Float32Array(2048);
  #held = [LOWEST_DB, LOWEST_DB];
  #told = 0;

  /** Reads the taps; called for every picture. */
  update(taps, now, elapsed) {
    const levels = taps.sides.map((side) => this.#measure(side));
    levels.forEach(({ peak, rms }, side) => {
      this.#held[side] = Math.max(peak, this.#held[side] - (FALL_DB_PER_SECOND * elapsed) / 1000);
      const bar = this.#bars[side];
      bar.style.setProperty("--rms", share(rms));
      bar.style.setProperty("--peak", share(this.#held[side]));
    });
    if (now - this.#told < TEXT_EVERY_MILLISECONDS) return;
    this.#told = now;
    const peak = Math.max(...levels.map((level) => level.peak));
    const rms = Math.max(...levels.map((level) => level.rms));
    this.#tell(Math.max(...this.#held), peak, rms, this.#centre(taps.spectrum));
  }

  #tell(held, peak, rms, centre) {
    const data = this.#element.dataset;
    data.peakDb = peak.toFixed(1);
    data.rmsDb = rms.toFixed(1);
    data.centreHz = centre.toFixed(0);
    setText(byId("meter-peak"), decibels(held));
    setText(byId("meter-rms"), decibels(rms));
    setText(byId("meter-centre"), rms > LOWEST_DB ? t("meter.hz", { value: number(centre) }) : "–");
    this.#element.setAttribute("aria-valuenow", Math.max(LOWEST_DB, Math.round(held)));
    const text = t("meter.text", { peak: decibels(held), rms: decibels(rms) });
    this.#element.setAttribute("aria-valuetext", text);
  }

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

  #centre(spectrum) {
    spectrum.getFloatFrequencyData(this.#bins);
    let sum = 0;
    let weighted = 0;
    this.#bins.forEach((db, bin) => {
      const strength = 10 ** (db / 20);
      sum += strength;
      weighted += strength * bin;
    });
    return sum > 0 ? (weighted / sum) * (spectrum.context.sampleRate / spectrum.fftSize) : 0;
  }
}

const toDb = (value) => Math.max(-120, 20 * Math.log10(Math.max(value, 1e-6)));
const share = (db) => Math.min(1, Math.max(0, 1 - db / LOWEST_DB)).toFixed(3);
const decibels = (db) =>
  db > LOWEST_DB ? t("meter.db", { value: number(db, 0) }) : t("meter.silence");
