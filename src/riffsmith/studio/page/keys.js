// Keys that play and pause: the space bar, and those of a headset or a telephone's lock screen.

/** Elements that do something of their own when the space bar is pressed. */
const USES_SPACE = "a, button, select, summary, textarea, audio, label, input:not([type=range])";

/**
 * Calls back for the space bar, where nothing else uses it.
 *
 * @param {() => unknown} toggle Plays or pauses.
 * @param {() => boolean} isWanted Whether the space bar plays and pauses now.
 */
export function onSpace(toggle, isWanted) {
  document.addEventListener("keydown", (event) => {
    const { target, key, repeat, ctrlKey, altKey, metaKey } = event;
    if (key !== " " || repeat || ctrlKey || altKey || metaKey || !isWanted()) return;
    if (target instanceof Element && target.closest(USES_SPACE)) return;
    event.preventDefault();
    toggle();
  });
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
