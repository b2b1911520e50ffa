// The shelf of kept clips: picture, player, files, and whether it is original.

import * as api from "./api.js";
import { byId, h, hideBanner, keyed, showError, showMessage, within } from "./dom.js";
import { onLanguage } from "./language.js";
import { moment, percent } from "./numbers.js";
import { duration, sentence, t } from "./texts.js";

const UNDO_MILLISECONDS = 6000;
const WINDOW_SECONDS = 5;
const FORMATS = ["wav", "flac", "mp3"];
/** Class of each grade, which gives it its colour. */
const COLOURS = { original: "good", suspicious: "caution", copied: "bad" };

export class Shelf {
  /** @type {Api.Clip[]} */
  #clips = [];
  /** @type {Set<string>} */
  #leaving = new Set();
  #list = byId("clips");

  /** @param {(clip: Api.Clip, title: string) => void} onBegin A piece should begin with a clip. */
  constructor(onBegin) {
    this.onBegin = onBegin;
    onLanguage(() => {
      this.#list.replaceChildren();
      this.#show();
    });
  }

  /** Whether a comparison is still going on. */
  get isWaiting() {
    return this.#clips.some(({ originality }) => originality?.state === "waiting");
  }

  async refresh() {
    this.#clips = await api.clips();
    this.#show();
  }

  #show() {
    const clips = this.#clips.filter(({ id }) => !this.#leaving.has(id));
    byId("no-clips").hidden = clips.length > 0;
    keyed(
      this.#list,
      clips,
      ({ id }) => id,
      (clip) => this.#card(clip),
      showOriginality,
    );
  }

  /** @param {Api.Clip} clip */
  #card(clip) {
    const { id } = clip;
    const title = titleOf(clip);
    const downloads = FORMATS.map((format) => {
      const name = format.toUpperCase();
      const label = t("shelf.download_as", { title, format: name });
      const href = api.clipFile(id, `audio.${format}`);
      return h("a", { href, download: "", class: "button small", "aria-label": label }, name);
    });
    const begin = h(
      "button",
      { type: "button", class: "small", "aria-label": t("shelf.begin_it", { title }) },
      t("shelf.begin"),
    );
    begin.addEventListener("click", () => this.onBegin(clip, title));
    const remove = h(
      "button",
      { type: "button", class: "quiet small", "aria-label": t("shelf.delete_it", { title }) },
      t("shelf.delete"),
    );
    remove.addEventListener("click", () => this.#remove(clip));
    const facts = `${moment(clip.created)} · ${duration(clip.seconds)} · ${controlsOf(clip)}`;
    return h(
      "li",
      { class: "card clip" },
      h("img", {
        src: api.clipFile(id, "spectrogram.png"),
        alt: t("shelf.picture", { title }),
        loading: "lazy",
      }),
      h(
        "div",
        { class: "clip-body" },
        h("h3", {}, title),
        h("p", { class: "soft" }, facts),
        audio(api.clipFile(id, "audio.flac"), t("shelf.player", { title })),
        h("div", { class: "verdict-of" }),
        h("div", { class: "row" }, ...downloads),
        h("div", { class: "row" }, begin, h("span", { class: "spring" }), remove),
      ),
    );
  }

  /**
   * Deletes a clip, unless that is taken back soon.
   *
   * @param {Api.Clip} clip
   */
  #remove(clip) {
    const { id } = clip;
    this.#leaving.add(id);
    this.#show();
    const timer = setTimeout(async () => {
      hideBanner();
      try {
        await api.deleteClip(id);
        await this.refresh();
      } catch (error) {
        showError(error);
      }
      this.#leaving.delete(id);
      this.#show();
    }, UNDO_MILLISECONDS);
    const undo = h("button", { type: "button", class: "small" }, t("shelf.undo"));
    undo.addEventListener("click", () => {
      clearTimeout(timer);
      hideBanner();
      this.#leaving.delete(id);
      this.#show();
    });
    showMessage([t("shelf.deleted", { title: titleOf(clip) })], { action: undo });
    undo.focus();
  }
}

/**
 * The title of a clip.
 *
 * @param {Api.Clip} clip
 */
export const titleOf = ({ model_title, seed }) => t("shelf.clip", { model: model_title, seed });

/**
 * Says in few words how the clip was made.
 *
 * @param {Api.Clip} clip
 */
function controlsOf({ controls, audio_prompt }) {
  if (!audio_prompt) return changesOf(controls);
  const { name, seed } = audio_prompt;
  const title = seed === null ? name : t("shelf.clip", { model: name, seed });
  return `${t("shelf.began", { name: title })} · ${changesOf(controls)}`;
}

/** @param {Api.Moment[]} controls */
function changesOf(controls) {
  if (controls.length > 1) return t("shelf.changed", { count: controls.length - 1 });
  const { intensity, brightness, tempo } = controls[0]?.controls ?? {};
  const values = [];
  if (intensity != null) values.push(`${t("knob.intensity")} ${percent(intensity)}`);
  if (brightness != null) values.push(`${t("knob.brightness")} ${percent(brightness)}`);
  if (tempo != null) values.push(t("knob.bpm", { value: tempo }));
  return values.length ? values.join(", ") : t("shelf.untouched");
}

/**
 * @param {HTMLElement} card
 * @param {Api.Clip} clip
 */
function showOriginality(card, { id, originality }) {
  const place = within(card, ".verdict-of");
  const state = originality?.state ?? "none";
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  place.replaceChildren();
  if (!originality) return;
  const { grade, verdict, melody, matches } = originality;
  const label = grade ?? (state === "waiting" ? "waiting" : "failed");
  const colour = grade ? COLOURS[grade] : label;
  place.append(h("span", { class: `grade ${colour}` }, t(`grade.${label}`)));
  if (state !== "waiting") place.append(h("p", {}, ...sentence("originality", verdict)));
  if (melody) place.append(h("p", {}, ...sentence("melody", melody)));
  if (matches.length) {
    const pairs = matches.map((match, place) => pair(id, match, place));
    place.append(h("details", {}, h("summary", {}, t("shelf.side_by_side")), ...pairs));
  }
}

/**
 * A part of a clip and a real passage, side by side.
 *
 * @param {string} id
 * @param {Api.MatchInfo} match
 * @param {number} place
 */
function pair(id, match, place) {
  const ours = t("shelf.ours", { second: match.at });
  const theirs = t("shelf.theirs", { recording: match.recording, second: match.second });
  const until = match.at + WINDOW_SECONDS;
  const facts = [t("shelf.percentile", { percentile: match.percentile })];
  if (match.semitones) facts.push(t("shelf.semitones", { count: match.semitones }));
  return h(
    "div",
    { class: "pair" },
    side(ours, `${api.clipFile(id, "audio.wav")}#t=${match.at},${until}`),
    match.has_audio
      ? side(theirs, api.clipFile(id, `matches/${place}.wav`))
      : h("div", {}, h("p", {}, theirs), h("p", { class: "soft" }, t("shelf.no_recording"))),
    h("p", { class: "soft" }, facts.join(" · ")),
  );
}

/**
 * @param {string} title
 * @param {string} src
 */
const side = (title, src) => h("div", {}, h("p", {}, title), audio(src, title));

/**
 * @param {string} src
 * @param {string} label
 */
const audio = (src, label) =>
  h("audio", { controls: true, preload: "none", src, "aria-label": label });
