// The shelf of kept clips: picture, player, files, and whether it is original.

import * as api from "./api.js";
import { byId, h, hush, keyed, tell, tellError } from "./dom.js";
import { duration, figure, moment, number, onLanguage, percent, say, t, told } from "./texts.js";

const UNDO_MILLISECONDS = 6000;
const WINDOW_SECONDS = 5;
const FORMATS = ["wav", "flac", "mp3"];
const GRADES = { "No copy": "good", Listen: "caution", Copied: "bad" };

export class Shelf {
  #clips = [];
  #leaving = new Set();
  #list = byId("clips");

  /** `onBegin` is called with a clip and its title: a piece should begin with it. */
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
    keyed(this.#list, clips, ({ id }) => id, (clip) => this.#card(clip), judge);
  }

  #card(clip) {
    const { id } = clip;
    const title = told(clip.title);
    const named = (tag, properties, key, values) => h(tag, { ...properties, "aria-label": t(key, { title, ...values }) });
    const downloads = FORMATS.map((format) => {
      const link = named("a", { href: api.clipFile(id, `audio.${format}`), download: "", class: "button small" }, "shelf.download_as", { format: format.toUpperCase() });
      link.append(format.toUpperCase());
      return link;
    });
    const begin = named("button", { type: "button", class: "small" }, "shelf.begin_it");
    begin.append(t("shelf.begin"));
    begin.addEventListener("click", () => this.onBegin(clip, title));
    const remove = named("button", { type: "button", class: "quiet small" }, "shelf.delete_it");
    remove.append(t("shelf.delete"));
    remove.addEventListener("click", () => this.#remove(clip));
    return h(
      "li", { class: "card clip" },
      h("img", { src: api.clipFile(id, "spectrogram.png"), alt: t("shelf.picture", { title }), loading: "lazy" }),
      h(
        "div", { class: "clip-body" },
        h("h3", {}, title),
        h("p", { class: "soft" }, `${moment(clip.created)} · ${duration(clip.seconds)} · ${asked(clip)}`),
        named("audio", { controls: true, preload: "none", src: api.clipFile(id, "audio.flac") }, "shelf.player"),
        h("div", { class: "verdict-of" }),
        h("div", { class: "row" }, ...downloads),
        h("div", { class: "row" }, begin, h("span", { class: "spring" }), remove),
      ),
    );
  }

  /** Deletes a clip, unless that is taken back soon. */
  #remove(clip) {
    this.#leaving.add(clip.id);
    this.#show();
    const timer = setTimeout(async () => {
      hush();
      try {
        await api.deleteClip(clip.id);
        await this.refresh();
      } catch (error) {
        tellError(error);
      }
      this.#leaving.delete(clip.id);
      this.#show();
    }, UNDO_MILLISECONDS);
    const undo = h("button", { type: "button", class: "small" }, t("shelf.undo"));
    undo.addEventListener("click", () => {
      clearTimeout(timer);
      hush();
      this.#leaving.delete(clip.id);
      this.#show();
    });
    tell(t("shelf.deleted", { title: told(clip.title) }), { action: undo });
    undo.focus();
  }
}

/** What was asked of the piece, in few words. */
function asked({ controls, like }) {
  const turns = turned(controls);
  return like ? `${t("shelf.begun", { name: told(like.name) })} · ${turns}` : turns;
}

function turned(controls) {
  if (controls.length > 1) return `${t("shelf.asked")}: ${t("shelf.turned", { count: number(controls.length - 1) })}`;
  const { intensity, brightness, tempo } = controls[0]?.controls ?? {};
  const values = [
    intensity != null && `${t("knob.intensity")} ${percent(intensity)}`,
    brightness != null && `${t("knob.brightness")} ${percent(brightness)}`,
    tempo != null && t("knob.bpm", { value: number(tempo) }),
  ].filter(Boolean);
  return values.length ? values.join(", ") : t("shelf.untouched");
}

function judge(card, { id, originality }) {
  const place = card.querySelector(".verdict-of");
  const state = originality?.state ?? "none";
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  place.replaceChildren();
  if (!originality) return;
  const begin = Object.keys(GRADES).find((words) => originality.verdict.startsWith(words));
  const grade = state === "waiting" ? "waiting" : (GRADES[begin] ?? "unknown");
  place.append(h("span", { class: `grade ${grade}` }, t(`shelf.${grade}`)));
  if (state !== "waiting") place.append(say(h("p", {}), originality.verdict));
  if (originality.matches.length) {
    const pairs = originality.matches.map((match, place) => pair(id, match, place));
    place.append(h("details", {}, h("summary", {}, t("shelf.side_by_side")), ...pairs));
  }
}

function pair(id, match, place) {
  const ours = t("shelf.ours", { second: figure(match.at) });
  const theirs = t("shelf.theirs", { recording: match.recording, second: figure(match.second) });
  const until = match.at + WINDOW_SECONDS;
  const facts = [t("shelf.percentile", { percentile: figure(match.percentile) })];
  if (match.semitones) facts.push(t("shelf.semitones", { count: figure(match.semitones) }));
  return h(
    "div", { class: "pair" },
    side(ours, `${api.clipFile(id, "audio.wav")}#t=${match.at},${until}`),
    side(theirs, api.clipFile(id, `matches/${place}.wav`)),
    h("p", { class: "soft" }, facts.join(" · ")),
  );
}

const side = (title, src) =>
  h("div", {}, h("p", {}, title), h("audio", { controls: true, preload: "none", src, "aria-label": title }));
