// The room to judge in: the report of a training.

import * as api from "./api.js";
import { busy, byId, h, tell, tellError } from "./dom.js";
import { current, onLanguage, t } from "./texts.js";

export class JudgeRoom {
  #run = byId("judge-run");
  #shown = "";

  constructor() {
    this.#run.addEventListener("change", () => (location.hash = `judge/${this.#run.value}`));
    byId("judge-again").addEventListener("click", (event) => busy(event.currentTarget, null, () => this.#show(true)));
    byId("judge-measure").addEventListener("click", (event) => this.#measure(event.currentTarget));
    onLanguage(() => this.#shown && this.#show());
  }

  /** Shows the report of a run: the one that is named, or else the newest that has one. */
  async open(wanted) {
    const jobs = (await api.jobs()).filter(({ previews }) => previews.length);
    this.#run.replaceChildren(...jobs.map(({ name }) => h("option", { value: name }, name)));
    byId("judge-bar").hidden = !jobs.length;
    byId("no-report").hidden = jobs.length > 0;
    if (!jobs.length) return;
    const name = jobs.some((job) => job.name === wanted) ? wanted : this.#run.dataset.last ?? jobs[0].name;
    this.#run.value = jobs.some((job) => job.name === name) ? name : jobs[0].name;
    this.#run.dataset.last = this.#run.value;
    await this.#show();
  }

  #measure(button) {
    const name = this.#run.value;
    return busy(button, "judge.measuring", async () => {
      await api.measure(name);
      if (name === this.#run.value) await this.#show(true);
      tell(t("judge.measured", { name }));
    });
  }

  async #show(isAgain = false) {
    const name = this.#run.value;
    const page = api.reportPage(name, current());
    if (page === this.#shown && !isAgain) return;
    const frame = byId("report");
    byId("judge-open").href = page;
    byId("writing").hidden = false;
    frame.hidden = true;
    try {
      await api.writeReport(name, current());
      this.#shown = page;
      frame.title = t("judge.frame", { name });
      frame.src = page;
      frame.hidden = false;
    } catch (error) {
      this.#shown = "";
      tellError(error);
    } finally {
      byId("writing").hidden = true;
    }
  }
}
