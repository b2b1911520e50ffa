// Buffers of sound, one behind the other without a seam. A fade always stands ready at the end of
// what is queued and is taken back when more arrives in time, so that running dry makes no noise.

/**
 * A buffer that is queued.
 *
 * @typedef {object} Mark
 * @property {number} time Time of the audio context at which it begins, in seconds.
 * @property {number} start Its first sample in the piece.
 * @property {number} count Its length in samples.
 * @property {AudioBufferSourceNode} source
 */

const FADE_SECONDS = 0.012;
const FRAME_BYTES = 4;
const LEAD_SECONDS = 0.06; // less than this before the end, the fade can no longer be taken back

export class Queue {
  #context;
  #rate;
  #fade;
  #end = 0;
  #fadeAt = 0;
  /** @type {Mark[]} */
  #marks = [];
  /** @type {{ start: number, buffer: AudioBuffer }[]} */
  #held = [];
  #hasBegun = false;
  #isSeam = false;

  /**
   * @param {AudioContext} context
   * @param {AudioNode} output
   * @param {number} rate Sample rate in Hz.
   * @param {() => void} onRoom Called whenever a buffer has been played, in a hidden tab too.
   */
  constructor(context, output, rate, onRoom) {
    this.#context = context;
    this.#rate = rate;
    this.#fade = new GainNode(context, { gain: 0 });
    this.#fade.connect(output);
    this.onRoom = onRoom;
  }

  /** Seconds that are ready to be played. */
  get ahead() {
    return Math.max(0, this.#end - this.#context.currentTime) + this.#heldSeconds;
  }

  /** Whether it has begun and has nothing left to play. */
  get isDry() {
    return this.#hasBegun && this.#context.currentTime > this.#end;
  }

  /** The sample that is played now. */
  get position() {
    const now = this.#context.currentTime;
    const mark = this.#marks.findLast((each) => each.time <= now) ?? this.#marks[0];
    if (!mark) return 0;
    const passed = Math.floor((now - mark.time) * this.#rate);
    return mark.start + Math.min(mark.count, Math.max(0, passed));
  }

  /**
   * Adds samples. After a gap nothing is played until there are `enough` seconds.
   *
   * @param {number} start The first sample.
   * @param {DataView} samples
   * @param {number} enough
   * @returns {boolean} Whether it plays.
   */
  add(start, samples, enough) {
    const buffer = decode(samples, this.#rate);
    const now = this.#context.currentTime;
    const isLate = this.#end < now + LEAD_SECONDS || this.#isSeam;
    this.#held.push({ start, buffer });
    if (isLate && this.#hasBegun && this.#heldSeconds < enough) return false;
    if (isLate) this.#rise(Math.max(this.#end, now + LEAD_SECONDS));
    else this.#fade.gain.cancelScheduledValues(this.#fadeAt);
    for (const each of this.#held) this.#schedule(each);
    this.#held = [];
    this.#fallAt(this.#end);
    return true;
  }

  /** Notes that what comes next does not continue what is queued: between them it fades. */
  part() {
    this.#isSeam = true;
  }

  /**
   * Adds samples in the place of what is queued from `start` on, as far as that is not played yet.
   *
   * @param {number} start The first sample.
   * @param {DataView} samples
   * @param {number} enough
   * @returns {boolean} Whether it plays.
   */
  replace(start, samples, enough) {
    const late = Math.min(this.#cut(start) - start, samples.byteLength / FRAME_BYTES - 1);
    if (late > 0) this.part();
    const { buffer, byteOffset } = samples;
    return this.add(start + late, new DataView(buffer, byteOffset + late * FRAME_BYTES), enough);
  }

  /** Fades out and lets go. */
  close() {
    this.#fade.gain.cancelScheduledValues(0);
    this.#fade.gain.setTargetAtTime(0, this.#context.currentTime, 0.05);
    this.onRoom = () => {};
    setTimeout(() => this.#fade.disconnect(), 500);
  }

  /**
   * Drops what is queued from a sample on.
   *
   * @param {number} at
   * @returns {number} The sample from which that was still possible.
   */
  #cut(at) {
    this.#held = [];
    const mark = this.#marks.find((each) => at < each.start + each.count);
    if (!mark) return at;
    const soon = Math.min(this.#end, this.#context.currentTime + LEAD_SECONDS);
    const frames = Math.max(at - mark.start, Math.ceil((soon - mark.time) * this.#rate));
    const time = mark.time + frames / this.#rate;
    for (const each of this.#marks)
      if (each.time + each.count / this.#rate > time) each.source.stop(time);
    this.#marks = this.#marks.filter((each) => each.time < time);
    this.#fade.gain.cancelScheduledValues(this.#fadeAt);
    this.#fallAt(time);
    this.#end = time;
    return mark.start + frames;
  }

  get #heldSeconds() {
    return this.#held.reduce((sum, { buffer }) => sum + buffer.duration, 0);
  }

  /** @param {number} time */
  #rise(time) {
    const begin = Math.ceil(time * this.#context.sampleRate) / this.#context.sampleRate;
    this.#fade.gain.setValueAtTime(0, begin);
    this.#fade.gain.linearRampToValueAtTime(1, begin + FADE_SECONDS);
    this.#end = begin;
    this.#hasBegun = true;
    this.#isSeam = false;
  }

  /** @param {number} end */
  #fallAt(end) {
    this.#fadeAt = end - FADE_SECONDS;
    this.#fade.gain.setValueAtTime(1, this.#fadeAt);
    this.#fade.gain.linearRampToValueAtTime(0, end);
  }

  /** @param {{ start: number, buffer: AudioBuffer }} held */
  #schedule({ start, buffer }) {
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#fade);
    source.start(this.#end);
    source.onended = () => {
      this.#marks = this.#marks.filter(
        (mark, place, all) => mark.source !== source || place === all.length - 1,
      );
      this.onRoom();
    };
    this.#marks.push({ time: this.#end, start, count: buffer.length, source });
    this.#end += buffer.duration;
  }
}

/**
 * @param {DataView} samples Interleaved signed 16-bit little-endian stereo.
 * @param {number} rate Sample rate in Hz.
 */
function decode(samples, rate) {
  const count = samples.byteLength / FRAME_BYTES;
  const buffer = new AudioBuffer({ numberOfChannels: 2, length: count, sampleRate: rate });
  for (const channel of [0, 1]) {
    const data = buffer.getChannelData(channel);
    for (let i = 0; i < count; i++)
      data[i] = samples.getInt16(FRAME_BYTES * i + 2 * channel, true) / 32_768;
  }
  return buffer;
}
