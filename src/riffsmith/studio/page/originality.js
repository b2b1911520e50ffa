// Whether a clip is original: its verdict, and the nearest real passages beside it.

import * as api from "./api.js";
import { h, within } from "./dom.js";
import { sentence, t } from "./texts.js";

const WINDOW_SECONDS = 5;
/** Class of each grade, which gives it its colour. */
const COLOURS = { original: "good", suspicious: "caution", copied: "bad" };

/**
 * Shows the verdict on a clip in its card.
 *
 * @param {HTMLElement} card
 * @param {Api.Clip} clip
 */
export function showOriginality(card, { id, originality }) {
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
  const unjudged = Number(melody?.parameters.unjudged ?? 0);
  if (unjudged) place.append(h("p", {}, t("melody.unjudged", { count: unjudged })));
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
 * A player with the browser's own controls.
 *
 * @param {string} src
 * @param {string} label
 */
export const audio = (src, label) =>
  h("audio", { controls: true, preload: "none", src, "aria-label": label });
