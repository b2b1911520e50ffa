// The room to train in: music in, a look through it, and off it goes.

import * as api from "./api.js";
import { busy, byId, h, tell, tellError } from "./dom.js";
import { droppedFiles } from "./drop.js";
import { Runs } from "./runs.js";
import { duration, number, onLanguage, percent, say, t } from "./texts.js";

const DEMO = "demo";

export class TrainRoom {
  #source = null;
  #found = null;
  #refused = [];
  #runs;

  /** `onListen` is called with a run that is to be heard. */
  constructor(onListen) {
    this.#runs = new Runs(onListen);
    const zone = byId("drop");
    byId("files").addEventListener("change", (event) => this.#take([...event.target.files]));
    for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, (event) => hover(event, true));
    for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, (event) => hover(event, false));
    zone.addEventListener("drop", async (event) => this.#take(await droppedFiles(event.dataTransfer)));
    byId("demo").addEventListener("click", (event) => this.#look(DEMO, event.currentTarget));
    byId("folder-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const folder = byId("folder").value.trim();
      if (folder) this.#look(folder, event.submitter ?? event.target.querySelector("button"));
    });
    byId("start-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#start(event.target.querySelector("button"));
    });
    onLanguage(() => this.#found && this.#show());
  }

  get jobs() {
    return this.#runs.jobs;
  }

  poll() {
    return this.#runs.refresh();
  }

  async #take(files) {
    if (!files.length) return;
    const told = byId("progress-text");
    const show = (share) => {
      told.textContent = t("train.uploading", { count: number(files.length), share: percent(share) });
      byId("upload").style.setProperty("--share", share);
    };
    byId("upload").hidden = false;
    show(0);
    try {
      const { source, refused } = await api.upload(files, show);
      this.#refused = refused;
      await this.#survey(source);
    } catch (error) {
      tellError(error);
    } finally {
      byId("upload").hidden = true;
      byId("files").value = "";
    }
  }

  #look(source, button) {
    this.#refused = [];
    return busy(button, "train.looking", () => this.#survey(source));
  }

  async #survey(source) {
    byId("progress-text").textContent = t("train.looking");
    this.#found = await api.survey(source);
    this.#source = source;
    byId("name").value ||= this.#proposeName();
    this.#show();
    byId("found-title").focus();
  }

  #proposeName() {
    const last = this.#source.startsWith("upload:") ? "music" : this.#source.split(/[\\/]/).filter(Boolean).pop();
    const base = (last === DEMO ? "metal" : last).replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+/, "").slice(0, 50) || "music";
    const taken = new Set(this.jobs.map(({ name }) => name));
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    return name;
  }

  async #start(button) {
    const minutes = byId("minutes").valueAsNumber;
    const name = byId("name").value.trim();
    const job = { source: this.#source, name, minutes: minutes > 0 ? minutes : null, preset: "latent" };
    const begun = await busy(button, "train.starting", () => api.startJob(job));
    if (!begun) return;
    byId("found").hidden = true;
    byId("name").value = "";
    this.#found = null;
    await this.#runs.choose(begun.name);
    tell(t("train.started", { name: begun.name }));
  }

  #show() {
    const { usable, skipped, minutes, verdict, entries, training_seconds } = this.#found;
    byId("found").hidden = false;
    say(byId("verdict"), verdict);
    byId("verdict").className = `grade ${gradeOf(verdict)}`;
    const warned = entries.filter((entry) => entry.usable && entry.warnings.length);
    const facts = [[number(usable), "train.usable"], [number(minutes, 1), "train.minutes"]];
    if (skipped) facts.push([number(skipped), "train.skipped"]);
    if (warned.length) facts.push([number(warned.length), "train.warned"]);
    if (training_seconds) facts.push([duration(training_seconds), "train.estimate"]);
    byId("facts").replaceChildren(...facts.map(([value, key]) => h("li", {}, h("b", {}, value), t(key))));
    const dropped = entries.filter((entry) => !entry.usable).map(({ path, reason }) => [path, reason]);
    byId("entries").replaceChildren(
      ...table("train.refused", "train.reason", this.#refused.map(({ name, reason }) => [name, reason])),
      ...table("train.skipped_files", "train.reason", dropped),
      ...table("train.warned_files", "train.remark", warned.map(({ path, warnings }) => [path, warnings.join("; ")])),
    );
    byId("start").disabled = usable === 0;
  }
}

function hover(event, isOver) {
  event.preventDefault();
  byId("drop").classList.toggle("is-over", isOver);
}

const gradeOf = (verdict) => {
  if (verdict.startsWith("enough")) return verdict.includes("but") ? "caution" : "good";
  return verdict.startsWith("little") ? "caution" : "bad";
};

function table(title, column, rows) {
  if (!rows.length) return [];
  const lines = rows.map(([name, text]) => h("tr", {}, h("th", { scope: "row" }, name), say(h("td", {}), text)));
  const head = h("tr", {}, h("th", { scope: "col" }, t("train.recording")), h("th", { scope: "col" }, t(column)));
  const body = h("table", {}, h("thead", {}, head), h("tbody", {}, ...lines));
  return [h("details", { open: rows.length < 6 }, h("summary", {}, `${t(title)} (${number(rows.length)})`), h("div", { class: "scroll" }, body))];
}
