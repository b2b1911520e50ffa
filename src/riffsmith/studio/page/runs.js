// All trainings, compared by their distance to real, and one of them in detail.

import * as api from "./api.js";
import { RunView } from "./run.js";
import { byId, h, keyed, setText } from "./dom.js";
import { figure, onLanguage, t } from "./texts.js";

export class Runs {
  jobs = [];
  #chosen = null;
  #view = null;

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

  /** Shows a training in detail. */
  async choose(name) {
    this.#chosen = name;
    await this.refresh();
  }

  #show() {
    byId("no-runs").hidden = this.jobs.length > 0;
    byId("runs-hint").hidden = !this.jobs.length;
    const chosen = this.jobs.find(({ name }) => name === this.#chosen) ?? ranked(this.jobs)[0];
    this.#chosen = chosen?.name ?? null;
    keyed(byId("runs"), ranked(this.jobs), ({ name }) => name, (job) => this.#row(job), (row, job) => this.#update(row, job));
    this.#detail(chosen);
  }

  #detail(job) {
    const place = byId("run");
    if (!job) return place.replaceChildren();
    if (this.#view?.name !== job.name) {
      this.#view = new RunView(job.name, {
        onListen: this.onListen,
        onChange: () => this.refresh(),
      });
      place.replaceChildren(this.#view.element);
    }
    return this.#view.update(job);
  }

  #row({ name }) {
    const button = h(
      "button", { type: "button", class: "run-row", "aria-label": t("runs.open", { name }) },
      h("b", {}, name),
      h("span", { class: "badge" }),
      h("span", { class: "soft epoch" }),
      h("span", { class: "bar-of", "aria-hidden": "true" }),
      h("span", { class: "far" }),
    );
    button.addEventListener("click", () => this.choose(name));
    return h("li", {}, button);
  }

  /** The bar is full where a run is as near to real as the training recordings. */
  #update(row, { name, state, epoch, distance }) {
    const button = row.firstElementChild;
    button.setAttribute("aria-pressed", name === this.#chosen);
    const badge = button.querySelector(".badge");
    badge.className = `badge ${state}`;
    setText(badge, t(`runs.${state}`));
    setText(button.querySelector(".epoch"), t("runs.epoch", { epoch }));
    setText(button.querySelector(".far"), distance == null ? t("runs.unmeasured") : figure(distance));
    button.querySelector(".bar-of").style.setProperty("--share", distance == null ? 0 : 1 / Math.max(1, distance));
    button.setAttribute(
      "aria-label",
      `${t("runs.open", { name })}: ${t(`runs.${state}`)}, ${t("runs.distance")} ${figure(distance)}`,
    );
  }
}

/** What runs first, then the nearest to real. */
function ranked(jobs) {
  const place = ({ state, distance }) => [state === "running" ? 0 : 1, distance ?? Infinity];
  return jobs.toSorted((one, other) => {
    const [a, b] = [place(one), place(other)];
    return a[0] - b[0] || (a[1] === b[1] ? 0 : a[1] - b[1]);
  });
}
