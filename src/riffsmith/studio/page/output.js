// The nodes that sound passes on its way to the speakers.

import { buildTaps } from "./meter.js";

export class Output {
  /** @param {number} sampleRate */
  constructor(sampleRate) {
    this.context = buildContext(sampleRate);
    this.sampleRate = sampleRate;
    this.bus = new GainNode(this.context);
    this.gain = new GainNode(this.context, { gain: 0 });
    this.bus.connect(this.gain).connect(this.context.destination);
    this.taps = buildTaps(this.context, this.bus);
  }

  /**
   * Moves the volume towards a gain.
   *
   * @param {number} gain
   * @param {number} seconds Time constant of the change.
   */
  fadeTo(gain, seconds) {
    this.gain.gain.setTargetAtTime(gain, this.context.currentTime, seconds);
  }
}

/** @param {number} sampleRate */
function buildContext(sampleRate) {
  try {
    return new AudioContext({ sampleRate, latencyHint: "playback" });
  } catch {
    return new AudioContext({ latencyHint: "playback" }); // resampled buffer by buffer instead
  }
}
