// What the monitor of a training has noticed.

import { h } from "./dom.js";
import { sentence, t } from "./texts.js";

/**
 * Gives the sentence of an event.
 *
 * @param {Api.EventMessage} message
 */
export function eventSentence(message) {
  const { unit, snapshot, measurements } = message.parameters;
  const key = unit === "epoch" ? "snapshot.epoch" : "snapshot.step";
  const at = t(key, { number: snapshot });
  return sentence("event", message, { at, count: measurements });
}

/**
 * Builds the line of an event.
 *
 * @param {Api.Event} event
 */
export function eventLine({ step, kind, message, to_step }) {
  const parts = eventSentence(message);
  if (to_step !== null) parts.push(`; ${t("runs.rolled_back", { step: to_step })}`);
  return h(
    "li",
    { class: `event ${kind}` },
    h("span", { class: "soft" }, t("runs.step", { step })),
    h("b", {}, t(`event_kind.${kind}`)),
    h("span", {}, ...parts),
  );
}
