// All trainings, compared by their distance to real, and one of them in detail.

import * as api from "./api.js";
import { byId, h, keyed, setText, within } from "./dom.js";
import { positionOf } from "./facts.js";
import { onLanguage } from "./language.js";
import { figure } from "./numbers.js";
import { RunView } from "./run.js";
import { t } from "./texts.js";

export class Runs {
  /** @type {Api.Job[]} */
  jobs = [];
  /** @type {string | null} */
  #chosen = null;
  /** @type {RunView | null} */
  #view = null;

  /** @param {(model: string) => void} onListen Called with a run's model that is to be heard. */
  constructor(onListen) {
    this.onListen = onListen;
    onLanguage(() => {
      byId("runs").replaceChildren();
      this.#view = null;
      this.#show();
    });
  }

  async refresh() {
    this.jobs = await api.jobs();
    this.#show();
  }

  /**
   * Shows a training in detail.
   *
   * @param {string} name
   */
  async choose(name) {
    this.#chosen = name;
    await this.refresh();
  }

  #show() {
    byId("no-runs").hidden = this.jobs.length > 0;
    byId("runs-hint").hidden = !this.jobs.length;
    const jobs = ranked(this.jobs);
    const chosen = jobs.find(({ name }) => name === this.#chosen) ?? jobs[0];
    this.#chosen = chosen?.name ?? null;
    keyed(
      byId("runs"),
      jobs,
      ({ name }) => name,
      (job) => this.#row(job),
      (row, job) => this.#update(row, job),
    );
    this.#detail(chosen);
  }

  /** @param {Api.Job | undefined} job */
  #detail(job) {
    const place = byId("run");
    if (!job) return place.replaceChildren();
    if (this.#view?.name !== job.name) {
      const onChange = (name = job.name) => this.choose(name);
      this.#view = new RunView(job.name, { onListen: this.onListen, onChange });
      place.replaceChildren(this.#view.element);
    }
    return this.#view.update(job);
  }

  /** @param {Api.Job} job */
  #row({ name }) {
    const button = h(
      "button",
      { type: "button", class: "run-row", "aria-label": t("runs.open", { name }) },
      h("b", {}, name),
      h("span", { class: "badge" }),
      h("span", { class: "soft position" }),
      h("span", { class: "bar-of", "aria-hidden": "true" }),
      h("span", { class: "far" }),
    );
    button.addEventListener("click", () => this.choose(name));
    return h("li", {}, button);
  }

  /**
   * Shows how a training stands. The bar is full where a run is as near to real as the training
   * recordings.
   *
   * @param {HTMLElement} row
   * @param {Api.Job} job
   */
  #update(row, job) {
    const { name, state, distance } = job;
    const button = within(row, ".run-row");
    button.setAttribute("aria-pressed", String(name === this.#chosen));
    const badge = within(button, ".badge");
    badge.className = `badge ${state}`;
    setText(badge, t(`runs.${state}`));
    setText(within(button, ".position"), positionOf(job));
    const nearness = distance === null ? 0 : 1 / Math.max(1, distance);
    const bar = within(button, ".bar-of");
    bar.classList.toggle("is-unmeasured", distance === null);
    bar.style.setProperty("--share", String(nearness));
    const known = distance === null ? t(placeOf(job)) : figure(distance);
    setText(within(button, ".far"), known);
    button.setAttribute(
      "aria-label",
      `${t("runs.open", { name })}: ${t(`runs.${state}`)}, ${t("runs.distance")}: ${known}`,
    );
  }
}

/**
 * Puts what runs first, then the nearest to real.
 *
 * @param {Api.Job[]} jobs
 */
function ranked(jobs) {
  const isOver = (/** @type {Api.Job} */ { state }) => (state === "running" ? 0 : 1);
  const far = (/** @type {Api.Job} */ { distance }) => distance ?? Number.MAX_VALUE;
  return jobs.toSorted((one, other) => isOver(one) - isOver(other) || far(one) - far(other));
}

/**
 * Says where the distance of a training is, that was not measured while it was trained.
 *
 * @param {Api.Job} job
 */
function placeOf({ held_out, is_measured }) {
  if (held_out?.length === 0) return "runs.no_scores";
  return is_measured ? "runs.in_report" : "runs.unmeasured";
}
