// A spectrogram that runs from right to left: pitch on a logarithmic scale, strength as colour.

const LOWEST_HZ = 40;
const PIXELS_PER_SECOND = 80;
const LONGEST_STEP_MILLISECONDS = 250;
const MAGMA = [
  [0, 0, 4],
  [24, 15, 61],
  [68, 15, 118],
  [114, 31, 129],
  [158, 47, 127],
  [205, 64, 113],
  [241, 96, 93],
  [253, 150, 104],
  [254, 202, 141],
  [252, 253, 191],
];
const LABELS_HZ = [100, 300, 1000, 3000, 10_000];

export class Spectrogram {
  #canvas;
  #labels;
  #paint;
  #bins = new Uint8Array(2048);
  /** @type {[low: number, high: number, between: number][]} */
  #ranges = []; // bins of each row; between two bins where a row is narrower than one
  #rate = 0;
  #owed = 0; // columns that are due, with the part of the next one

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} labels Takes the names of pitches.
   */
  constructor(canvas, labels) {
    this.#canvas = canvas;
    this.#labels = labels;
    this.#paint = /** @type {CanvasRenderingContext2D} */ (
      canvas.getContext("2d", { alpha: false })
    );
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.#fit();
  }

  /** The highest pitch that is shown, in Hz. */
  get highest() {
    return this.#rate / 2;
  }

  /**
   * Adds the spectrum of an analyser; called for every picture.
   *
   * @param {AnalyserNode} analyser
   * @param {number} elapsed Milliseconds since the picture before.
   */
  update(analyser, elapsed) {
    if (analyser.context.sampleRate !== this.#rate) this.#scale(analyser);
    const { width, height } = this.#canvas;
    const seconds = Math.min(elapsed, LONGEST_STEP_MILLISECONDS) / 1000;
    this.#owed += seconds * PIXELS_PER_SECOND * devicePixelRatio;
    const columns = Math.floor(this.#owed);
    if (!columns || !width) return;
    this.#owed -= columns;
    analyser.getByteFrequencyData(this.#bins);
    const column = this.#paint.createImageData(1, height);
    for (const [row, [low, high, between]] of this.#ranges.entries())
      column.data.set(PALETTE[this.#strength(low, high, between)], 4 * row);
    this.#paint.drawImage(this.#canvas, -columns, 0);
    for (let x = width - columns; x < width; x++) this.#paint.putImageData(column, x, 0);
  }

  /**
   * @param {number} low
   * @param {number} high
   * @param {number} between
   */
  #strength(low, high, between) {
    if (high <= low)
      return Math.round(this.#bins[low] * (1 - between) + this.#bins[low + 1] * between);
    let strongest = 0;
    for (let bin = low; bin <= high; bin++) strongest = Math.max(strongest, this.#bins[bin]);
    return strongest;
  }

  #fit() {
    const { clientWidth, clientHeight } = this.#canvas;
    if (!clientWidth) return; // in a section that is not shown
    const width = Math.round(clientWidth * devicePixelRatio);
    const height = Math.round(clientHeight * devicePixelRatio);
    if (width === this.#canvas.width && height === this.#canvas.height) return;
    const before = new OffscreenCanvas(this.#canvas.width, this.#canvas.height);
    before.getContext("2d")?.drawImage(this.#canvas, 0, 0);
    Object.assign(this.#canvas, { width, height });
    this.#paint.fillStyle = `rgb(${MAGMA[0]})`;
    this.#paint.fillRect(0, 0, width, height);
    this.#paint.drawImage(before, width - before.width, 0, before.width, height);
    this.#rate = 0;
  }

  /** @param {AnalyserNode} analyser */
  #scale(analyser) {
    this.#rate = analyser.context.sampleRate;
    const { height } = this.#canvas;
    const perBin = this.#rate / analyser.fftSize;
    const octaves = Math.log2(this.highest / LOWEST_HZ);
    const binAt = (/** @type {number} */ row) =>
      (LOWEST_HZ * 2 ** ((1 - row / height) * octaves)) / perBin;
    const last = analyser.frequencyBinCount - 1;
    this.#ranges = Array.from({ length: height }, (_, row) => {
      const low = Math.ceil(binAt(row + 1));
      const high = Math.floor(binAt(row));
      if (high > low) return [low, Math.min(high, last), 0];
      const middle = Math.min(binAt(row + 0.5), last - 1);
      return [Math.floor(middle), 0, middle % 1];
    });
    this.#label(octaves);
  }

  /** @param {number} octaves */
  #label(octaves) {
    const shown = LABELS_HZ.filter((hz) => hz < 0.8 * this.highest);
    this.#labels.replaceChildren(
      ...shown.map((hz) => {
        const label = document.createElement("span");
        label.textContent = hz < 1000 ? `${hz}` : `${hz / 1000}k`;
        label.style.bottom = `${(100 * Math.log2(hz / LOWEST_HZ)) / octaves}%`;
        return label;
      }),
    );
  }
}

const PALETTE = Array.from({ length: 256 }, (_, level) => {
  const place = (level / 255) * (MAGMA.length - 1);
  const below = Math.min(Math.floor(place), MAGMA.length - 2);
  const mix = place - below;
  const mixed = MAGMA[below].map((value, i) => value + mix * (MAGMA[below + 1][i] - value));
  return [...mixed, 255];
});
