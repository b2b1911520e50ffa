// The gauge of what is ready to be played.

import { byId, setText } from "./dom.js";
import { t } from "./texts.js";

const LOW_SECONDS = 0.3;
const FULL_SECONDS = 6;

/**
 * Shows how much of a piece is ready to be played.
 *
 * @param {import("./piece.js").Piece} piece
 */
export function showBuffer({ ahead, reserve, isPlaying, gaps }) {
  const gauge = byId("buffer");
  gauge.style.setProperty("--share", Math.min(1, ahead / reserve).toFixed(2));
  gauge.classList.toggle("is-low", isPlaying && ahead < LOW_SECONDS);
  gauge.dataset.gaps = String(gaps);
  gauge.setAttribute("aria-valuenow", Math.min(FULL_SECONDS, ahead).toFixed(1));
  const text = t("meter.seconds", { value: ahead });
  gauge.setAttribute("aria-valuetext", text);
  setText(byId("buffer-text"), text);
}
