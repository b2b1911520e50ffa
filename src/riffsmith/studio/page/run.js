// One training in detail: progress, curves, previews, events.

import * as api from "./api.js";
import { chart } from "./chart.js";
import { busy, h, keyed, setText } from "./dom.js";
import { duration, number, percent, say, t } from "./texts.js";

const SHOWN_PREVIEWS = 8;
const STAGES = { preparing: "preparing", "fitting the codec": "codec", training: "training" };

export class RunView {
  #parts = {};
  #drawn = "";
  #showsAll = false;
  #job = null;

  /** `onListen` is called with a run's model, `onChange` when it was stopped or goes on. */
  constructor(name, { onListen, onChange }) {
    this.name = name;
    const part = (key, element) => (this.#parts[key] = element);
    const act = (key, label, isMain, work) => {
      const button = part(key, h("button", { type: "button", class: isMain ? "main" : "" }, t(label)));
      button.addEventListener("click", () => work(button));
      return button;
    };
    const change = (button, label, ask) => busy(button, label, () => ask(name)).then(onChange);
    this.element = h(
      "article", { class: "card run", "aria-label": name },
      h("div", { class: "run-head" },
        h("h3", {}, name),
        part("badge", h("span", { class: "badge" })),
        h("span", { class: "spring" }),
        act("stop", "runs.stop", false, (button) => change(button, "runs.stopping", api.stopJob)),
        act("resume", "runs.resume", true, (button) => change(button, "runs.resuming", api.resumeJob)),
        act("judge", "runs.judge", false, () => (location.hash = `judge/${name}`)),
        act("listen", "runs.listen", true, () => onListen(`run:${name}`)),
      ),
      part("stage", h("p", { class: "run-stage" })),
      part("progress", h("div", { class: "progress", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": t("runs.progress", { name }) })),
      part("facts", h("p", { class: "soft" })),
      part("message", h("p", { class: "message" })),
      part("charts", h("div", { class: "charts" })),
      h("h4", {}, t("runs.evolution")),
      part("about", h("p", { class: "soft" })),
      part("previews", h("ol", { class: "previews" })),
      act("all", "runs.evolution", false, () => this.#showAll()),
      h("h4", {}, t("runs.events")),
      part("quiet", h("p", { class: "soft" }, t("runs.no_events"))),
      part("events", h("ol", { class: "events" })),
    );
  }

  update(job) {
    this.#job = job;
    const { state, stage, share, message, events } = job;
    const p = this.#parts;
    const isRunning = state === "running";
    p.badge.className = `badge ${state}`;
    setText(p.badge, t(`runs.${state}`));
    p.stop.hidden = !isRunning;
    p.resume.hidden = !["stopped", "failed"].includes(state);
    const canPlay = job.previews.length > 0;
    p.listen.hidden = p.judge.hidden = !canPlay;
    setText(p.stage, STAGES[stage] ? t(`runs.${STAGES[stage]}`) : stage);
    p.stage.hidden = !isRunning;
    p.progress.hidden = state === "finished";
    p.progress.classList.toggle("is-open", share === null && isRunning);
    p.progress.style.setProperty("--share", share ?? 0);
    if (share === null) p.progress.removeAttribute("aria-valuenow");
    else p.progress.setAttribute("aria-valuenow", Math.round(100 * share));
    setText(p.facts, facts(job));
    p.message.hidden = !message;
    p.message.classList.toggle("bad", state === "failed");
    if (message) say(p.message, message);
    this.#draw(job);
    this.#list(job);
    p.quiet.hidden = events.length > 0;
    keyed(p.events, events.toReversed(), ({ step, kind }) => `${step} ${kind}`, tellEvent);
  }

  #draw({ losses, distances, events, name }) {
    const drawn = `${losses.length} ${losses.at(-1)?.step} ${distances.length} ${events.length}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const along = (rows, key) => rows.filter((row) => row[key] !== null).map((row) => [row.step, row[key]]);
    const marks = events.filter(({ kind }) => kind !== "best").map(({ step, kind }) => ({ at: step, kind }));
    this.#parts.charts.replaceChildren(
      chart({
        id: `${name}-distance`, title: t("runs.distances"), unit: t("runs.distances_unit"), across: t("runs.steps"),
        series: [[t("runs.generated"), along(distances, "distance")]], level: [t("runs.as_real"), 1], marks,
      }),
      chart({
        id: `${name}-loss`, title: t("runs.losses"), unit: t("runs.losses_unit"), across: t("runs.steps"),
        series: [[t("runs.generator"), along(losses, "generator")], [t("runs.discriminator"), along(losses, "discriminator")]], marks,
      }),
    );
  }

  #list({ name, previews, best_epoch }) {
    const p = this.#parts;
    const newest = previews.toReversed();
    const shown = this.#showsAll ? newest : newest.slice(0, SHOWN_PREVIEWS);
    setText(p.about, t(previews.length ? "runs.evolution_text" : "runs.no_previews"));
    p.all.hidden = shown.length === newest.length;
    setText(p.all, t("runs.all_previews", { count: number(newest.length) }));
    keyed(p.previews, shown, ({ epoch }) => epoch, (each) => card(name, each), (element, { epoch }) => {
      element.querySelector(".badge").hidden = epoch !== best_epoch;
    });
  }

  #showAll() {
    this.#showsAll = true;
    this.#list(this.#job);
  }
}

function facts({ step, steps, epoch, share, seconds_left, best_epoch, state }) {
  const count = { step: number(step), steps: number(steps ?? 0) };
  const told = [t("runs.epoch", { epoch: number(epoch) }), t(steps ? "runs.step_of" : "runs.step", count)];
  if (share !== null && state !== "finished") told.unshift(percent(share));
  if (seconds_left !== null) told.push(t("runs.left", { time: duration(seconds_left) }));
  if (best_epoch !== null) told.push(t("runs.best", { epoch: number(best_epoch) }));
  return told.join(" · ");
}

function card(name, { epoch, step }) {
  const label = { epoch: number(epoch) };
  return h(
    "li", { class: "preview" },
    h("div", { class: "window" }, h("img", { src: api.previewFile(name, epoch, "png"), alt: t("runs.preview_picture", label), loading: "lazy" }), h("span", { class: "badge best", hidden: true }, t("runs.preview_best"))),
    h("div", { class: "preview-body" },
      h("p", {}, h("b", {}, t("runs.preview", label)), " ", h("span", { class: "soft" }, t("runs.step", { step: number(step) }))),
      h("audio", { controls: true, preload: "none", src: api.previewFile(name, epoch, "wav"), "aria-label": t("runs.preview_player", label) }),
    ),
  );
}

function tellEvent({ step, kind, text }) {
  const known = ["best", "rollback", "overfitting", "stop"].includes(kind);
  return h(
    "li", { class: `event ${known ? kind : ""}` },
    h("span", { class: "soft" }, t("runs.step", { step: number(step) })),
    h("b", {}, known ? t(`event.${kind}`) : kind),
    say(h("span", {}), text),
  );
}
