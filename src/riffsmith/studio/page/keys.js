// The keys of the page: its shortcuts, and the keys of a headset or a telephone's lock screen.

/**
 * Keys of every shortcut, as `chordOf` writes them. The help sheet lists them in this order.
 *
 * @satisfies {Record<string, string[]>}
 */
export const SHORTCUTS = {
  play: ["Space"],
  undo: ["Ctrl+Z"],
  redo: ["Ctrl+Shift+Z", "Ctrl+Y"],
  first: ["1"],
  second: ["2"],
  prefer_first: ["ArrowLeft"],
  prefer_second: ["ArrowRight"],
  no_difference: ["0"],
  help: ["?"],
};
/** @typedef {keyof typeof SHORTCUTS} Shortcut */

/** Elements that do something of their own with a key. */
const TEXT_FIELDS = "textarea, input:not([type=range], [type=checkbox], [type=file])";
const USES_ARROWS = "input, select, textarea, audio";
const USES_CHARACTERS = `select, ${TEXT_FIELDS}`;
const USES_SPACE = "a, button, select, summary, textarea, audio, label, input:not([type=range])";

/**
 * Calls back for a shortcut, where nothing else uses its keys.
 *
 * @param {Shortcut} shortcut
 * @param {() => unknown} run
 * @param {() => boolean} isWanted Whether the shortcut does something now.
 */
export function onShortcut(shortcut, run, isWanted = () => true) {
  document.addEventListener("keydown", (event) => {
    const chord = chordOf(event);
    /** @type {string[]} */
    const chords = SHORTCUTS[shortcut];
    if (!chords.includes(chord) || event.defaultPrevented || !isWanted()) return;
    if (event.repeat && !chord.startsWith("Ctrl+")) return;
    if (document.querySelector("dialog[open]") || isTaken(chord, event.target)) return;
    event.preventDefault();
    run();
  });
}

/**
 * Writes a key with the keys that are held with it. The command key of a Mac counts as Ctrl.
 *
 * @param {KeyboardEvent} event
 */
function chordOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const held = [];
  if (ctrlKey || metaKey) held.push("Ctrl");
  if (altKey) held.push("Alt");
  if (shiftKey && held.length) held.push("Shift"); // alone it is a part of the character
  const name = key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key;
  return [...held, name].join("+");
}

/**
 * @param {string} chord
 * @param {EventTarget | null} target
 */
function isTaken(chord, target) {
  if (!(target instanceof Element)) return false;
  if (chord === "Space") return target.closest(USES_SPACE) !== null;
  if (chord.startsWith("Arrow")) return target.closest(USES_ARROWS) !== null;
  const users = chord.startsWith("Ctrl+") ? TEXT_FIELDS : USES_CHARACTERS;
  return target.closest(users) !== null;
}

/**
 * Takes the keys of a keyboard, a headset or a telephone's lock screen.
 *
 * @param {() => unknown} toggle Plays or pauses.
 * @param {string} [title] What they show.
 */
export function setMediaKeys(toggle, title) {
  if (!("mediaSession" in navigator)) return;
  for (const action of /** @type {MediaSessionAction[]} */ (["play", "pause"]))
    navigator.mediaSession.setActionHandler(action, () => toggle());
  if (title) navigator.mediaSession.metadata = new MediaMetadata({ title, artist: "Riffsmith" });
}
