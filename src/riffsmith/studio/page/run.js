// One training in detail: progress, curves, previews, events.

import * as api from "./api.js";
import { chart } from "./chart.js";
import { busy, h, keyed, setText, within } from "./dom.js";
import { duration, number, percent, say, t } from "./texts.js";

const SHOWN_PREVIEWS = 8;
const EVENTS = /** @type {const} */ (["best", "rollback", "overfitting", "stop"]);

export class RunView {
  #badge = h("span", { class: "badge" });
  #stop = button("runs.stop");
  #resume = button("runs.resume", "main");
  #judge = button("runs.judge");
  #listen = button("runs.listen", "main");
  #stage = h("p", { class: "run-stage" });
  #progress = h("div", {
    class: "progress",
    role: "progressbar",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  });
  #facts = h("p", { class: "soft" });
  #message = h("p", { class: "message" });
  #charts = h("div", { class: "charts" });
  #about = h("p", { class: "soft" });
  #previews = h("ol", { class: "previews" });
  #all = button("runs.evolution");
  #quiet = h("p", { class: "soft" }, t("runs.no_events"));
  #events = h("ol", { class: "events" });
  #drawn = "";
  #showsAll = false;

  /**
   * @param {string} name
   * @param {object} callbacks
   * @param {(model: string) => void} callbacks.onListen Called with the run's model.
   * @param {() => void} callbacks.onChange Called when the run was stopped or goes on.
   */
  constructor(name, { onListen, onChange }) {
    this.name = name;
    this.#progress.setAttribute("aria-label", t("runs.progress", { name }));
    this.#stop.addEventListener("click", () =>
      busy(this.#stop, "runs.stopping", () => api.stopJob(name)).then(onChange),
    );
    this.#resume.addEventListener("click", () =>
      busy(this.#resume, "runs.resuming", () => api.resumeJob(name)).then(onChange),
    );
    this.#judge.addEventListener("click", () => {
      location.hash = `judge/${name}`;
    });
    this.#listen.addEventListener("click", () => onListen(`run:${name}`));
    this.element = h(
      "article",
      { class: "card run", "aria-label": name },
      h(
        "div",
        { class: "run-head" },
        h("h3", {}, name),
        this.#badge,
        h("span", { class: "spring" }),
        ...[this.#stop, this.#resume, this.#judge, this.#listen],
      ),
      ...[this.#stage, this.#progress, this.#facts, this.#message, this.#charts],
      h("h4", {}, t("runs.evolution")),
      ...[this.#about, this.#previews, this.#all],
      h("h4", {}, t("runs.events")),
      ...[this.#quiet, this.#events],
    );
  }

  /** @param {Api.Job} job */
  update(job) {
    const { state, stage, share, message, events } = job;
    const isRunning = state === "running";
    this.#badge.className = `badge ${state}`;
    setText(this.#badge, t(`runs.${state}`));
    this.#stop.hidden = !isRunning;
    this.#resume.hidden = !["stopped", "failed"].includes(state);
    this.#listen.hidden = this.#judge.hidden = !job.previews.length;
    setText(this.#stage, nameOfStage(stage));
    this.#stage.hidden = !isRunning;
    this.#progress.hidden = state === "finished";
    this.#progress.classList.toggle("is-open", share === null && isRunning);
    this.#progress.style.setProperty("--share", String(share ?? 0));
    if (share === null) this.#progress.removeAttribute("aria-valuenow");
    else this.#progress.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    setText(this.#facts, facts(job));
    this.#message.hidden = !message;
    this.#message.classList.toggle("bad", state === "failed");
    if (message) say(this.#message, message);
    this.#draw(job);
    this.#list(job);
    this.#all.onclick = () => {
      this.#showsAll = true;
      this.#list(job);
    };
    this.#quiet.hidden = events.length > 0;
    keyed(this.#events, events.toReversed(), ({ step, kind }) => `${step} ${kind}`, eventLine);
  }

  /** @param {Api.Job} job */
  #draw({ losses, distances, events, name }) {
    const drawn = `${losses.length} ${losses.at(-1)?.step} ${distances.length} ${events.length}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const marks = events
      .filter(({ kind }) => kind !== "best")
      .map(({ step, kind }) => ({ at: step, kind }));
    const across = t("runs.steps");
    this.#charts.replaceChildren(
      chart({
        id: `${name}-distance`,
        title: t("runs.distances"),
        unit: t("runs.distances_unit"),
        series: [[t("runs.generated"), distances.map((row) => [row.step, row.distance])]],
        level: [t("runs.as_real"), 1],
        across,
        marks,
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
      }),
    );
  }

  /** @param {Api.Job} job */
  #list({ name, previews, best_epoch }) {
    const newest = previews.toReversed();
    const shown = this.#showsAll ? newest : newest.slice(0, SHOWN_PREVIEWS);
    setText(this.#about, t(previews.length ? "runs.evolution_text" : "runs.no_previews"));
    this.#all.hidden = shown.length === newest.length;
    setText(this.#all, t("runs.all_previews", { count: number(newest.length) }));
    keyed(
      this.#previews,
      shown,
      ({ epoch }) => epoch,
      (each) => card(name, each),
      (element, { epoch }) => {
        within(element, ".badge").hidden = epoch !== best_epoch;
      },
    );
  }
}

/** @param {import("./texts.js").Key} key */
const button = (key, kind = "") => h("button", { type: "button", class: kind }, t(key));

/** @param {string} stage */
function nameOfStage(stage) {
  if (stage === "preparing") return t("runs.preparing");
  return t(stage === "training" ? "runs.training" : "runs.codec");
}

/** @param {Api.Job} job */
function facts({ step, steps, epoch, share, seconds_left, best_epoch, state }) {
  const count = { step: number(step), steps: number(steps ?? 0) };
  const texts = [
    t("runs.epoch", { epoch: number(epoch) }),
    t(steps ? "runs.step_of" : "runs.step", count),
  ];
  if (share !== null && state !== "finished") texts.unshift(percent(share));
  if (seconds_left !== null) texts.push(t("runs.left", { time: duration(seconds_left) }));
  if (best_epoch !== null) texts.push(t("runs.best", { epoch: number(best_epoch) }));
  return texts.join(" · ");
}

/**
 * @param {string} name
 * @param {Api.PreviewOf} preview
 */
function card(name, { epoch, step }) {
  const label = { epoch: number(epoch) };
  const picture = h("img", {
    src: api.previewFile(name, epoch, "png"),
    alt: t("runs.preview_picture", label),
    loading: "lazy",
  });
  const player = h("audio", {
    controls: true,
    preload: "none",
    src: api.previewFile(name, epoch, "wav"),
    "aria-label": t("runs.preview_player", label),
  });
  const best = h("span", { class: "badge best", hidden: true }, t("runs.preview_best"));
  const at = h("span", { class: "soft" }, t("runs.step", { step: number(step) }));
  return h(
    "li",
    { class: "preview" },
    h("div", { class: "window" }, picture, best),
    h(
      "div",
      { class: "preview-body" },
      h("p", {}, h("b", {}, t("runs.preview", label)), " ", at),
      player,
    ),
  );
}

/** @param {Api.Event} event */
function eventLine({ step, kind, text }) {
  const known = EVENTS.find((each) => each === kind);
  return h(
    "li",
    { class: `event ${known ?? ""}` },
    h("span", { class: "soft" }, t("runs.step", { step: number(step) })),
    h("b", {}, known ? t(`event.${known}`) : kind),
    say(h("span", {}), text),
  );
}
