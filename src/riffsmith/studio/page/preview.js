// A preview: how a training sounded at one of its snapshots.

import * as api from "./api.js";
import { h } from "./dom.js";
import { t } from "./texts.js";

/**
 * The item of a list with the picture and the sound of a snapshot.
 *
 * @param {string} name Name of the run.
 * @param {"epoch" | "step"} unit
 * @param {Api.PreviewInfo} preview
 */
export function previewItem(name, unit, { snapshot, step }) {
  const title = t(`snapshot.${unit}`, { number: snapshot });
  const picture = h("img", {
    src: api.previewFile(name, snapshot, "png"),
    alt: t("runs.preview_picture", { snapshot: title }),
    loading: "lazy",
  });
  const player = h("audio", {
    controls: true,
    preload: "none",
    src: api.previewFile(name, snapshot, "flac"),
    "aria-label": t("runs.preview_player", { snapshot: title }),
  });
  const best = h("span", { class: "badge best", hidden: true }, t("runs.preview_best"));
  const at = unit === "step" ? null : h("span", { class: "soft" }, t("runs.step", { step }));
  return h(
    "li",
    { class: "preview" },
    h("div", { class: "window" }, picture, best),
    h("div", { class: "preview-body" }, h("p", {}, h("b", {}, title), " ", at), player),
  );
}
