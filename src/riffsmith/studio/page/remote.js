// Controls that OSC and MIDI set: the server receives them, and the knobs follow.

import * as api from "./api.js";

const LOOK_MILLISECONDS = 100;
const RETRY_MILLISECONDS = 2000;

/**
 * Follows what other programs and controllers set. Ends where the server listens to none.
 *
 * @param {(knobs: import("./controls.js").KnobValues) => Promise<void>} onChange Called with the
 *     controls that were changed. While it works, the changes that come are collected.
 */
export async function followRemote(onChange) {
  let seen = 0;
  for (;;) {
    // While the server is away, a banner says so, and a new server counts from the beginning.
    const found = await api.remoteControls(seen).catch(() => null);
    if (found && !found.is_listening) return;
    if (found && found.count !== seen)
      await onChange(/** @type {Api.ControlValues} */ (found.controls));
    seen = found?.count ?? 0;
    await new Promise((go) => setTimeout(go, found ? LOOK_MILLISECONDS : RETRY_MILLISECONDS));
  }
}
