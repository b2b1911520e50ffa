// The waveform of a clip with two handles, and the part between them as a clip of its own.

import * as api from "./api.js";
import { readDecimal } from "./decimals.js";
import { busy, h, showError } from "./dom.js";
import { fieldNumber, number } from "./numbers.js";
import { t } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
const STEPS = 100; // of a handle, in a second
const LEAST_SECONDS = 1;

/**
 * Builds what a clip is trimmed with; it is filled when it is first opened.
 *
 * @param {Api.Clip} clip
 * @param {string} title
 * @param {HTMLAudioElement} player
 * @param {(part: Api.Clip) => Promise<void>} onPart Called with a part that was kept.
 */
export function trimmer(clip, title, player, onPart) {
  if (clip.seconds <= LEAST_SECONDS) return null;
  const label = t("shelf.trim_it", { title });
  const details = h(
    "details",
    { class: "trim" },
    h("summary", { "aria-label": label }, t("shelf.trim")),
  );
  details.addEventListener("toggle", async () => {
    if (!details.open || details.children.length > 1) return;
    try {
      const peaks = await api.peaks(clip.id);
      if (details.children.length === 1)
        details.append(new Trimmer(clip, title, peaks, player, onPart).element);
    } catch (error) {
      details.open = false;
      showError(error);
    }
  });
  return details;
}

/** A place in the clip: a handle over the waveform and a field with its second. */
class Edge {
  /**
   * @param {"begin" | "end"} name
   * @param {number} seconds Length of the clip.
   * @param {(second: number) => void} onMove
   */
  constructor(name, seconds, onMove) {
    const label = t(`shelf.part_${name}`);
    const most = Math.ceil(seconds * STEPS);
    this.slider = h("input", { type: "range", min: 0, max: most, "aria-label": label });
    this.field = h("input", { type: "text", autocomplete: "off", inputMode: "decimal" });
    this.row = h("label", { class: "field" }, h("span", {}, label), this.field);
    this.slider.addEventListener("input", () => onMove(this.slider.valueAsNumber / STEPS));
    this.field.addEventListener("change", () => onMove(readDecimal(this.field)));
  }

  /** @param {number} second */
  show(second) {
    this.slider.value = String(Math.round(second * STEPS));
    this.slider.setAttribute("aria-valuetext", t("shelf.second", { text: number(second, 2) }));
    this.field.value = fieldNumber(second, 2, 2);
  }
}

class Trimmer {
  #begin = 0;
  #end;
  #isPart = false; // whether the part alone is played now

  /**
   * @param {Api.Clip} clip
   * @param {string} title
   * @param {Api.Peaks} peaks
   * @param {HTMLAudioElement} player
   * @param {(part: Api.Clip) => Promise<void>} onPart
   */
  constructor(clip, title, { peaks }, player, onPart) {
    this.clip = clip;
    this.player = player;
    this.#end = clip.seconds;
    this.first = new Edge("begin", clip.seconds, (second) => this.#move(second, this.#end));
    this.last = new Edge("end", clip.seconds, (second) => this.#move(this.#begin, second));
    this.length = h("output", { class: "soft" });
    this.wave = h(
      "div",
      { class: "wave" },
      waveform(peaks, t("shelf.waveform", { title })),
      this.first.slider,
      this.last.slider,
    );
    const play = h("button", { type: "button", class: "small" }, t("shelf.play_part"));
    play.addEventListener("click", () => this.#play().catch(showError));
    player.addEventListener("pause", () => {
      this.#isPart = false;
    });
    const keep = h("button", { type: "button", class: "small" }, t("shelf.keep_part"));
    keep.addEventListener("click", () =>
      busy(keep, "listen.keeping", async () => {
        const { sample_rate } = clip;
        const begin = Math.round(this.#begin * sample_rate);
        const end = Math.round(this.#end * sample_rate);
        await onPart(await api.keepPart(clip.id, begin, end));
      }),
    );
    this.element = h(
      "div",
      { class: "trimmer" },
      this.wave,
      h("div", { class: "edges" }, this.first.row, this.last.row, this.length),
      h("div", { class: "row" }, play, keep),
    );
    this.#show();
  }

  /**
   * Moves an edge; the part stays within the clip, and a second or longer.
   *
   * @param {number} begin
   * @param {number} end
   */
  #move(begin, end) {
    const { seconds } = this.clip;
    if (begin !== this.#begin && Number.isFinite(begin))
      this.#begin = Math.min(Math.max(begin, 0), this.#end - LEAST_SECONDS);
    if (end !== this.#end && Number.isFinite(end))
      this.#end = Math.max(Math.min(end, seconds), this.#begin + LEAST_SECONDS);
    this.#show();
  }

  #show() {
    const { seconds } = this.clip;
    this.first.show(this.#begin);
    this.last.show(this.#end);
    this.wave.style.setProperty("--begin", String(this.#begin / seconds));
    this.wave.style.setProperty("--end", String(this.#end / seconds));
    // Where both handles are at the right, the first one has to be on top to be moved back.
    this.wave.classList.toggle("is-late", this.#begin > seconds / 2);
    this.length.textContent = t("shelf.length", { text: number(this.#end - this.#begin, 2) });
  }

  async #play() {
    this.player.currentTime = this.#begin;
    await this.player.play();
    this.#isPart = true;
    const look = () => {
      if (!this.#isPart) return;
      if (this.player.currentTime >= this.#end) this.player.pause();
      else requestAnimationFrame(look);
    };
    look();
  }
}

/**
 * Draws a waveform.
 *
 * @param {number[]} peaks
 * @param {string} label
 */
function waveform(peaks, label) {
  const highest = Math.max(...peaks, 1); // quiet clips fill the picture too
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 ${-highest} ${peaks.length} ${2 * highest}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
  const path = document.createElementNS(SVG, "path");
  const tops = peaks.map((peak, x) => `V${-peak}H${x + 1}`);
  const bottoms = peaks.map((peak, x) => `V${peak}H${x}`).reverse();
  path.setAttribute("d", `M0 0${tops.join("")}${bottoms.join("")}Z`);
  picture.append(path);
  return picture;
}
