// How far a training has come, in words.

import { percent } from "./numbers.js";
import { t } from "./texts.js";

const SHOWN_NAMES = 4;

/**
 * How far a training has come, in epochs where it counts them and in steps otherwise.
 *
 * @param {Api.Job} job
 */
export function positionOf(job) {
  return job.epoch === null ? stepsOf(job) : t("runs.epoch", { epoch: job.epoch });
}

/** @param {Api.Job} job */
const stepsOf = ({ step, steps }) =>
  steps === null ? t("runs.step", { step }) : t("runs.step_of", { step, steps });

/** @param {string[]} names */
const shortList = (names) =>
  [...names.slice(0, SHOWN_NAMES), ...(names.length > SHOWN_NAMES ? ["…"] : [])].join(", ");

/**
 * What is known of a training, in one line.
 *
 * @param {Api.Job} job
 */
export function factsOf(job) {
  const { progress, stage, seconds_left: seconds, best_snapshot, state, unit, held_out } = job;
  const { held_out_minutes: minutes, held_out_from_seconds: from } = job;
  const texts = unit === "epoch" ? [positionOf(job), stepsOf(job)] : [stepsOf(job)];
  if (progress !== null && state !== "finished") texts.unshift(percent(progress));
  if (seconds !== null)
    texts.push(t(stage === "training" ? "runs.left" : "runs.stage_left", { seconds }));
  if (best_snapshot !== null)
    texts.push(t("runs.best", { snapshot: t(`snapshot.${unit}`, { number: best_snapshot }) }));
  if (held_out?.length) {
    const key = from === null ? "runs.held_out" : "runs.held_out_end";
    texts.push(t(key, { names: shortList(held_out), minutes, from }));
  }
  if (held_out?.length === 0) texts.push(t("runs.held_out_none"));
  return texts.join(" · ");
}
