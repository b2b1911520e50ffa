// One training in detail: progress, curves, previews, events.

import * as api from "./api.js";
import { curvesOf } from "./curves.js";
import { busy, byId, h, keyed, setText, showMessage, within } from "./dom.js";
import { eventLine, eventSentence } from "./events.js";
import { minutesForm } from "./extend.js";
import { factsOf } from "./facts.js";
import { previewItem } from "./preview.js";
import { nameForm } from "./rename.js";
import { sentence, t } from "./texts.js";

const LONGEST_NAME = 64;
const NAME_PATTERN = "[A-Za-z0-9][A-Za-z0-9_\\-]*";
const SHOWN_PREVIEWS = 8;

export class RunView {
  #badge = h("span", { class: "badge" });
  #stop = button("runs.stop");
  #resume = button("runs.resume", "main");
  #evaluate = button("runs.evaluate");
  #listen = button("runs.listen", "main");
  #rename = button("runs.rename", "quiet");
  #delete = button("runs.delete", "quiet danger");
  #head;
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
  #ended = () => {}; // called when the run does not run
  #drawn = "";
  #isFinished = false;
  #showsAll = false;

  /**
   * @param {string} name
   * @param {object} callbacks
   * @param {(model: string) => void} callbacks.onListen Called with the run's model.
   * @param {(name?: string) => Promise<void>} callbacks.onChange Called when the run was stopped,
   *     goes on, was deleted or has a new name.
   */
  constructor(name, { onListen, onChange }) {
    this.name = name;
    this.#progress.setAttribute("aria-label", t("runs.progress", { name }));
    this.onChange = onChange;
    this.#stop.addEventListener("click", () => this.#ask(this.#stop, "runs.stopping", api.stopJob));
    this.#resume.addEventListener("click", () => {
      if (this.#isFinished) this.#askForMinutes();
      else this.#ask(this.#resume, "runs.resuming", api.resumeJob);
    });
    this.#evaluate.addEventListener("click", () => {
      location.hash = `evaluate/${name}`;
    });
    this.#listen.addEventListener("click", () => onListen(`run:${name}`));
    this.#rename.addEventListener("click", () => this.#askForName());
    this.#delete.addEventListener("click", () => this.#askToDelete());
    this.#head = h(
      "div",
      { class: "run-head" },
      h("h3", { tabIndex: -1 }, name),
      this.#badge,
      h("span", { class: "spring" }),
      ...[this.#stop, this.#resume, this.#evaluate, this.#listen, this.#rename, this.#delete],
    );
    this.element = h(
      "article",
      { class: "card run", "aria-label": name },
      ...[this.#head, this.#stage, this.#progress, this.#facts, this.#message, this.#charts],
      h("h4", {}, t("runs.evolution")),
      ...[this.#about, this.#previews, this.#all],
      h("h4", {}, t("runs.events")),
      ...[this.#quiet, this.#events],
    );
  }

  /**
   * Stops the run or lets it go on; the button that is left has the focus afterwards.
   *
   * @param {HTMLButtonElement} button
   * @param {import("./texts.js").Key} key
   * @param {(name: string) => Promise<unknown>} request
   */
  async #ask(button, key, request) {
    await busy(button, key, async () => {
      const ended = new Promise((resolve) => {
        this.#ended = () => resolve(null);
      });
      await request(this.name);
      if (button === this.#stop) await ended; // which takes some seconds
    });
    await this.onChange();
    const left = this.#stop.hidden ? this.#resume : this.#stop;
    if (document.activeElement === document.body) left.focus({ preventScroll: true });
  }

  #askForName() {
    const { name } = this;
    const form = nameForm({
      value: name,
      label: t("runs.new_name", { name }),
      longest: LONGEST_NAME,
      rule: { pattern: NAME_PATTERN, key: "field.name" },
      onSave: async (given) => {
        await api.renameJob(name, given);
        await this.onChange(given);
        focusShown(); // the form is gone
      },
      onLeave: () => this.#close(form, this.#rename),
    });
    this.#open(form);
  }

  #askForMinutes() {
    const { name } = this;
    const form = minutesForm({
      name,
      onGo: async (minutes) => {
        await api.resumeJob(name, minutes);
        await this.onChange();
        this.#close(form, this.#stop);
      },
      onLeave: () => this.#close(form, this.#resume),
    });
    this.#open(form);
  }

  /** @param {HTMLFormElement} form Shown in the place of name and buttons. */
  #open(form) {
    this.#head.replaceWith(form);
    within(form, "input").focus();
  }

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLButtonElement} button What has the focus afterwards.
   */
  #close(form, button) {
    form.replaceWith(this.#head);
    button.focus();
  }

  async #askToDelete() {
    const { name } = this;
    if (!confirm(t("runs.delete_sure", { name }))) return;
    await busy(this.#delete, "runs.deleting", async () => {
      await api.deleteJob(name);
      await this.onChange();
      showMessage([t("runs.deleted", { name })]);
      focusShown();
    });
  }

  /** @param {Api.Job} job */
  update(job) {
    const { state, stage, progress, message, stopped_by, events } = job;
    const isRunning = state === "running";
    this.#badge.className = `badge ${state}`;
    setText(this.#badge, t(`runs.${state}`));
    this.#stop.hidden = !isRunning;
    this.#rename.hidden = this.#delete.hidden = isRunning;
    this.#isFinished = state === "finished";
    this.#resume.hidden = isRunning || (this.#isFinished && stopped_by !== null);
    this.#resume.classList.toggle("main", !this.#isFinished);
    if (!isRunning) this.#ended();
    this.#listen.hidden = this.#evaluate.hidden = !job.previews.length;
    setText(this.#stage, t(`stage.${stage}`));
    this.#stage.hidden = !isRunning;
    this.#progress.hidden = !isRunning && (this.#isFinished || progress === null);
    this.#progress.classList.toggle("is-open", progress === null && isRunning);
    this.#progress.style.setProperty("--share", String(progress ?? 0));
    if (progress === null) this.#progress.removeAttribute("aria-valuenow");
    else this.#progress.setAttribute("aria-valuenow", String(Math.round(100 * progress)));
    setText(this.#facts, factsOf(job));
    this.#message.hidden = !message && !stopped_by;
    this.#message.classList.toggle("bad", state === "failed");
    this.#message.replaceChildren(
      ...(message ? sentence("job", message) : []),
      ...(stopped_by ? eventSentence(stopped_by) : []),
    );
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
  #draw(job) {
    const { losses, distances, events, state } = job;
    const drawn = `${state} ${losses.length} ${losses.at(-1)?.step} ${distances.length} ${events.length}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#charts.replaceChildren(...curvesOf(job));
  }

  /** @param {Api.Job} job */
  #list({ name, state, unit, previews, best_snapshot }) {
    const newest = previews.toReversed();
    const shown = this.#showsAll ? newest : newest.slice(0, SHOWN_PREVIEWS);
    const none = state === "running" ? "runs.no_previews" : "runs.no_previews_ended";
    setText(this.#about, t(previews.length ? "runs.evolution_text" : none));
    this.#all.hidden = shown.length === newest.length;
    setText(this.#all, t("runs.all_previews", { count: newest.length }));
    keyed(
      this.#previews,
      shown,
      ({ snapshot }) => snapshot,
      (each) => previewItem(name, unit, each),
      (element, { snapshot }) => {
        within(element, ".badge").hidden = snapshot !== best_snapshot;
      },
    );
  }
}

/** Gives the focus to the training that is shown now, or to the new one where none is left. */
const focusShown = () => (byId("run").querySelector("h3") ?? byId("new-title")).focus();

/** @param {import("./texts.js").Key} key */
const button = (key, kind = "") => h("button", { type: "button", class: kind }, t(key));
