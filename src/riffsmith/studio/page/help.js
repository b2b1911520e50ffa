// The help sheet with all shortcuts.

import { byId, h } from "./dom.js";
import { onShortcut, SHORTCUTS } from "./keys.js";
import { onLanguage } from "./language.js";
import { t } from "./texts.js";

/**
 * Keys that the browser gives to every knob.
 *
 * @satisfies {Record<string, string[]>}
 */
const OF_KNOBS = { turn: ["ArrowLeft", "ArrowRight"], turn_whole: ["Home", "End"] };
const IS_MAC = navigator.userAgent.includes("Mac OS");
/** @type {Record<string, string>} */
const SIGNS = { ArrowLeft: "←", ArrowRight: "→" };

/** Makes the help sheet open and close. */
export function setUpHelp() {
  const sheet = byId("help", HTMLDialogElement);
  const open = () => {
    show();
    sheet.showModal();
  };
  byId("help-open").addEventListener("click", open);
  byId("help-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", ({ target }) => {
    if (target === sheet) sheet.close(); // beside its content
  });
  onShortcut("help", open);
  onLanguage(show);
}

function show() {
  const rows = Object.entries({ ...SHORTCUTS, ...OF_KNOBS }).map(([name, chords]) => {
    const key = /** @type {import("./texts.js").Key} */ (`keys.${name}`);
    return h("div", {}, h("dt", {}, ...chords.map(chord)), h("dd", {}, t(key)));
  });
  byId("help-list").replaceChildren(...rows);
}

/** @param {string} keys Keys as `SHORTCUTS` has them. */
function chord(keys) {
  return h("span", {}, ...keys.split("+").map((key) => h("kbd", {}, nameOf(key))));
}

/** @param {string} key */
function nameOf(key) {
  if (key === "Ctrl") return IS_MAC ? "⌘" : t("keys.ctrl_key");
  if (key === "Shift") return t("keys.shift_key");
  if (key === "Space") return t("keys.space_key");
  if (key === "Home") return t("keys.home_key");
  if (key === "End") return t("keys.end_key");
  return SIGNS[key] ?? key;
}
