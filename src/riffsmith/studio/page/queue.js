// Pieces of sound, one behind the other without a seam. A fade always stands ready at the end of
// what is queued and is taken back when more arrives in time, so that running dry makes no noise.

const FADE_SECONDS = 0.012;
const FRAME_BYTES = 4;
const LEAD_SECONDS = 0.06; // less than this before the end, the fade can no longer be taken back

export class Queue {
  #context;
  #rate;
  #fade;
  #end = 0;
  #fadeAt = 0;
  #marks = [];
  #held = [];
  #hasBegun = false;
  #isSeam = false;

  /** `onRoom` is called whenever a buffer has been played, which a hidden tab hears as well. */
  constructor(context, output, rate, onRoom) {
    this.#context = context;
    this.#rate = rate;
    this.#fade = new GainNode(context, { gain: 0 });
    this.#fade.connect(output);
    this.onRoom = onRoom;
  }

  /** Seconds that are there to be heard. */
  get ahead() {
    return Math.max(0, this.#end - this.#context.currentTime) + this.#heldSeconds;
  }

  /** Whether it has begun and has nothing left to play. */
  get isDry() {
    return this.#hasBegun && this.#context.currentTime > this.#end;
  }

  /** The sample that is heard now. */
  get position() {
    const now = this.#context.currentTime;
    const mark = this.#marks.findLast((each) => each.time <= now) ?? this.#marks[0];
    if (!mark) return 0;
    const passed = Math.floor((now - mark.time) * this.#rate);
    return mark.start + Math.min(mark.count, Math.max(0, passed));
  }

  /**
   * Adds samples from `start` on. After a gap nothing is heard until there are `enough` seconds.
   * Returns whether it plays.
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

  /** What comes next does not go on from what is queued: between them it fades. */
  part() {
    this.#isSeam = true;
  }

  /** Adds samples in the place of what is queued from `start` on, as far as that is not heard yet. */
  replace(start, samples, enough) {
    const late = Math.min(this.#cut(start) - start, samples.byteLength / FRAME_BYTES - 1);
    if (late > 0) this.part();
    const { buffer, byteOffset } = samples;
    return this.add(start + late, new DataView(buffer, byteOffset + late * FRAME_BYTES), enough);
  }

  /** Fades away and lets go. */
  close() {
    this.#fade.gain.cancelScheduledValues(0);
    this.#fade.gain.setTargetAtTime(0, this.#context.currentTime, 0.05);
    this.onRoom = () => {};
    setTimeout(() => this.#fade.disconnect(), 500);
  }

  /** Drops what is queued from a sample on; gives the sample where that was still possible. */
  #cut(at) {
    this.#held = [];
    const mark = this.#marks.find((each) => at < each.start + each.count);
    if (!mark) return at;
    const soon = Math.min(this.#end, this.#context.currentTime + LEAD_SECONDS);
    const frames = Math.max(at - mark.start, Math.ceil((soon - mark.time) * this.#rate));
    const time = mark.time + frames / this.#rate;
    for (const each of this.#marks) if (each.time + each.count / this.#rate > time) each.source.stop(time);
    this.#marks = this.#marks.filter((each) => each.time < time);
    this.#fade.gain.cancelScheduledValues(this.#fadeAt);
    this.#fallAt(time);
    this.#end = time;
    return mark.start + frames;
  }

  get #heldSeconds() {
    return this.#held.reduce((sum, { buffer }) => sum + buffer.duration, 0);
  }

  #rise(time) {
    const begin = Math.ceil(time * this.#context.sampleRate) / this.#context.sampleRate;
    this.#fade.gain.setValueAtTime(0, begin);
    this.#fade.gain.linearRampToValueAtTime(1, begin + FADE_SECONDS);
    this.#end = begin;
    this.#hasBegun = true;
    this.#isSeam = false;
  }

  #fallAt(end) {
    this.#fadeAt = end - FADE_SECONDS;
    this.#fade.gain.setValueAtTime(1, this.#fadeAt);
    this.#fade.gain.linearRampToValueAtTime(0, end);
  }

  #schedule({ start, buffer }) {
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#fade);
    source.start(this.#end);
    source.onended = () => {
      this.#marks = this.#marks.filter((mark, place, all) => mark.source !== source || place === all.length - 1);
      this.onRoom();
    };
    this.#marks.push({ time: this.#end, start, count: buffer.length, source });
    this.#end += buffer.duration;
  }
}

function decode(samples, rate) {
  const count = samples.byteLength / FRAME_BYTES;
  const buffer = new AudioBuffer({ numberOfChannels: 2, length: count, sampleRate: rate });
  for (const channel of [0, 1]) {
    const data = buffer.getChannelData(channel);
    for (let i = 0; i < count; i++) data[i] = samples.getInt16(FRAME_BYTES * i + 2 * channel, true) / 32_768;
  }
  return buffer;
}
