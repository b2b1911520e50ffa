// The title of a clip, which can be changed, and its star.

import * as api from "./api.js";
import { busy, h, showError, within } from "./dom.js";
import { nameForm } from "./rename.js";
import { t } from "./texts.js";

const LONGEST_TITLE = 80;
/** What a title does not have; it becomes a space. */
const CONTROL = /\p{Cc}+/gu;

/**
 * The title of a clip: the one that a listener gave, or how it was made.
 *
 * @param {Api.Clip} clip
 * @returns {string}
 */
export function titleOf({ name, model_title, seed, loop, part }) {
  if (name !== null) return name;
  const made = part?.name ?? t("shelf.clip", { model: model_title, seed });
  if (part) return t("shelf.part", { title: made, begin: part.begin, end: part.end });
  if (loop) return t("shelf.loop", { title: made, bpm: loop.bpm, count: loop.bars });
  return made;
}

/**
 * The title with buttons to change it and to make the clip a favourite.
 *
 * @param {Api.Clip} clip
 * @param {(what: ".rename" | ".star") => Promise<void>} onChange Called when the server has changed
 *     the clip; the button of the card is named that has the focus afterwards.
 */
export function titleLine(clip, onChange) {
  const title = titleOf(clip);
  const name = h("h3", {}, title);
  const label = t("shelf.rename_it", { title });
  const rename = h(
    "button",
    { type: "button", class: "rename sign", title: t("shelf.rename"), "aria-label": label },
    "✎",
  );
  const star = h("button", { type: "button", class: "star sign" });
  const line = h("div", { class: "clip-title" }, name, rename, star);
  rename.addEventListener("click", () => {
    const leave = () => {
      line.replaceChildren(name, rename, star);
      rename.focus();
    };
    const form = nameForm({
      value: title,
      label: t("shelf.new_title", { title }),
      longest: LONGEST_TITLE,
      onSave: async (given) => {
        await api.changeClip(clip.id, { title: given.replace(CONTROL, " ") });
        await onChange(".rename");
      },
      onLeave: leave,
    });
    line.replaceChildren(form);
    const field = /** @type {HTMLInputElement} */ (within(form, "input"));
    field.focus();
    field.select();
  });
  star.addEventListener("click", async () => {
    const favourite = star.ariaPressed !== "true";
    const changed = await busy(star, null, () => api.changeClip(clip.id, { favourite }));
    if (changed) await onChange(".star").catch(showError);
  });
  return line;
}

/**
 * Shows whether a clip is a favourite.
 *
 * @param {HTMLElement} card
 * @param {Api.Clip} clip
 */
export function showStar(card, clip) {
  const star = card.querySelector(".star");
  if (!(star instanceof HTMLElement)) return; // while the title is changed
  star.textContent = clip.favourite ? "★" : "☆";
  star.ariaPressed = String(clip.favourite);
  star.ariaLabel = t("shelf.favourite_it", { title: titleOf(clip) });
  star.title = t("shelf.favourite");
}
