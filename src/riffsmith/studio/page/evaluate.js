// The section to evaluate in: the report of a training.

import * as api from "./api.js";
import { busy, byId, h, showError, showMessage } from "./dom.js";
import { current, onLanguage } from "./language.js";
import { t } from "./texts.js";

export class EvaluateSection {
  #run = byId("evaluate-run", HTMLSelectElement);
  #frame = byId("report", HTMLIFrameElement);
  #shown = "";
  /** @type {Api.Job[]} */
  #jobs = [];

  constructor() {
    this.#run.addEventListener("change", () => {
      location.hash = `evaluate/${this.#run.value}`;
    });
    const again = byId("evaluate-again", HTMLButtonElement);
    again.addEventListener("click", () => busy(again, null, () => this.#show(true)));
    const measure = byId("evaluate-measure", HTMLButtonElement);
    measure.addEventListener("click", () => this.#measure(measure));
    onLanguage(() => {
      if (this.#shown) this.#show();
    });
  }

  /**
   * Shows the report of a run.
   *
   * @param {string} [requested] Name of the run; the last one that was shown, or the newest, if left out.
   */
  async open(requested) {
    const jobs = (await api.jobs()).filter(({ previews }) => previews.length);
    this.#jobs = jobs;
    this.#run.replaceChildren(...jobs.map(({ name }) => h("option", { value: name }, name)));
    byId("evaluate-bar").hidden = !jobs.length;
    byId("no-report").hidden = jobs.length > 0;
    if (!jobs.length) return;
    const choices = [requested, this.#run.dataset.last, jobs[0].name];
    const chosen = choices.find((choice) => jobs.some(({ name }) => name === choice));
    this.#run.value = this.#run.dataset.last = chosen ?? jobs[0].name;
    await this.#show();
  }

  /** @param {HTMLButtonElement} button */
  #measure(button) {
    const name = this.#run.value;
    return busy(button, "evaluate.measuring", async () => {
      await api.measure(name);
      if (name === this.#run.value) await this.#show(true);
      showMessage([t("evaluate.measured", { name })]);
    });
  }

  async #show(isAgain = false) {
    const name = this.#run.value;
    const page = api.reportPage(name, current());
    const isMeasurable = this.#jobs.find((job) => job.name === name)?.held_out?.length !== 0;
    byId("evaluate-measure").hidden = !isMeasurable;
    byId("not-measurable").hidden = isMeasurable;
    if (page === this.#shown && !isAgain) return;
    byId("evaluate-open", HTMLAnchorElement).href = page;
    byId("writing").hidden = false;
    this.#frame.hidden = true;
    try {
      await api.writeReport(name, current());
      this.#shown = page;
      this.#frame.title = t("evaluate.frame", { name });
      this.#frame.src = page;
      this.#frame.hidden = false;
    } catch (error) {
      this.#shown = "";
      showError(error);
    } finally {
      byId("writing").hidden = true;
    }
  }
}
