// The curves of a training: its distance to real music, and its losses.

import { chart } from "./chart.js";
import { t } from "./texts.js";

/** @param {Api.Job} job */
export function curvesOf({ losses, distances, events, name, state }) {
  const isRunning = state === "running";
  const marks = events
    .filter(({ kind }) => kind !== "best")
    .map(({ step, kind }) => ({ at: step, kind }));
  const across = t("runs.steps");
  return [
    chart({
      id: `${name}-distance`,
      title: t("runs.distances"),
      unit: t("runs.distances_unit"),
      series: [[t("runs.generated"), distances.map((row) => [row.step, row.distance])]],
      level: [t("runs.as_real"), 1],
      across,
      marks,
      isRunning,
    }),
    chart({
      id: `${name}-loss`,
      title: t("runs.losses"),
      unit: t("runs.losses_unit"),
      series: [
        [t("runs.generator"), losses.map((row) => [row.step, row.generator])],
        [
          t("runs.discriminator"),
          losses.flatMap(({ step, discriminator }) =>
            discriminator === null ? [] : [[step, discriminator]],
          ),
        ],
      ],
      across,
      marks,
      isRunning,
    }),
  ];
}
