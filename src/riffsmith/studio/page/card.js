// The card of a clip: picture, title, player, files, and what can be done with it.

import * as api from "./api.js";
import { describeControls } from "./controls.js";
import { busy, h } from "./dom.js";
import { moment } from "./numbers.js";
import { audio } from "./originality.js";
import { duration, t } from "./texts.js";
import { titleLine, titleOf } from "./title.js";
import { trimmer } from "./trim.js";

const FORMATS = ["wav", "flac", "mp3"];
const KEPT_MILLISECONDS = 60_000; // of a file while the browser saves it

/**
 * What can happen to a clip.
 *
 * @typedef {object} Actions
 * @property {(clip: Api.Clip, title: string) => void} onBegin A piece should begin with it.
 * @property {(clip: Api.Clip) => void} onRemove It should be deleted.
 * @property {(clip: Api.Clip, focused: string) => Promise<void>} onChange The server has changed it;
 *     what has the focus afterwards is named by its selector.
 * @property {(part: Api.Clip) => Promise<void>} onPart A part of it was kept.
 */

/**
 * Builds the card of a clip.
 *
 * @param {Api.Clip} clip
 * @param {Actions} actions
 */
export function card(clip, { onBegin, onRemove, onChange, onPart }) {
  const { id, loop } = clip;
  const title = titleOf(clip);
  // A loop is played from the file without a codec, whose length is exact.
  const file = api.clipFile(id, loop ? "audio.wav" : "audio.flac");
  const player = audio(file, t("shelf.player", { title }));
  player.loop = loop !== null;
  const begin = h(
    "button",
    { type: "button", class: "small", "aria-label": t("shelf.begin_it", { title }) },
    t("shelf.begin"),
  );
  begin.addEventListener("click", () => onBegin(clip, title));
  const remove = h(
    "button",
    { type: "button", class: "quiet danger small", "aria-label": t("shelf.delete_it", { title }) },
    t("shelf.delete"),
  );
  remove.addEventListener("click", () => onRemove(clip));
  const facts = [moment(clip.created), duration(clip.seconds), controlsOf(clip)];
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
      titleLine(clip, (focused) => onChange(clip, focused)),
      h("p", { class: "soft" }, facts.filter(Boolean).join(" · ")),
      player,
      h("div", { class: "verdict-of" }),
      h(
        "div",
        { class: "row" },
        ...FORMATS.map((format) => download(clip, title, format)),
        notes(clip, title),
      ),
      trimmer(clip, title, player, onPart),
      h("div", { class: "row" }, begin, h("span", { class: "spring" }), remove),
    ),
  );
}

/**
 * A link to a file of the clip. That of the WAV can be dragged into another program.
 *
 * @param {Api.Clip} clip
 * @param {string} title
 * @param {string} format
 */
function download({ id, file_name }, title, format) {
  const name = format.toUpperCase();
  const label = t("shelf.download_as", { title, format: name });
  const href = api.clipFile(id, `audio.${format}`);
  const link = h(
    "a",
    { href, download: `${file_name}.${format}`, class: "button small", "aria-label": label },
    name,
  );
  if (format !== "wav") return link;
  link.classList.add("is-draggable");
  link.title = t("shelf.drag");
  link.draggable = true;
  link.addEventListener("dragstart", (event) =>
    event.dataTransfer?.setData("DownloadURL", `audio/wav:${file_name}.wav:${link.href}`),
  );
  return link;
}

/**
 * A button that finds the notes of the clip and downloads them.
 *
 * @param {Api.Clip} clip
 * @param {string} title
 */
function notes({ id, file_name }, title) {
  const label = t("shelf.download_as", { title, format: "MIDI" });
  const button = h("button", { type: "button", class: "small", "aria-label": label }, "MIDI");
  button.title = t("shelf.notes");
  button.addEventListener("click", () =>
    busy(button, "shelf.noting", async () => {
      const href = URL.createObjectURL(await api.clipNotes(id));
      h("a", { href, download: `${file_name}.mid` }).click();
      setTimeout(() => URL.revokeObjectURL(href), KEPT_MILLISECONDS);
    }),
  );
  return button;
}

/**
 * Says in few words how the clip was made.
 *
 * @param {Api.Clip} clip
 */
function controlsOf(clip) {
  const { name, audio_prompt } = clip;
  const facts = [changesOf(clip)];
  if (audio_prompt) {
    const title =
      audio_prompt.seed === null
        ? audio_prompt.name
        : t("shelf.clip", { model: audio_prompt.name, seed: audio_prompt.seed });
    facts.unshift(t("shelf.began", { name: title }));
  }
  if (name !== null) facts.unshift(titleOf({ ...clip, name: null }));
  return facts.filter(Boolean).join(" · ");
}

/** @param {Api.Clip} clip */
function changesOf({ controls, loop }) {
  if (controls.length > 1) return t("shelf.changed", { count: controls.length - 1 });
  const set = describeControls(controls[0]?.controls ?? {});
  if (!set.size) return t("shelf.untouched");
  if (loop) set.delete("tempo"); // its title has it
  return [...set.values()].join(", ");
}
