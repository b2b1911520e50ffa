// The section to train in: music in, a look through it, and off it goes.

import * as api from "./api.js";
import { limitDecimal, readDecimal } from "./decimals.js";
import { busy, byId, h, hideError, showError, showMessage, within } from "./dom.js";
import { onDrop } from "./drop.js";
import { onLanguage } from "./language.js";
import { number } from "./numbers.js";
import { commonName, HoldOut, lookThrough, showTimes } from "./recordings.js";
import { Runs } from "./runs.js";
import { duration, sentence, t } from "./texts.js";
import { upload } from "./upload.js";
import { Uploads } from "./uploads.js";

const DEMO = "demo";
/** What a credit does not have; it becomes a space. */
const CONTROL = /\p{Cc}+/gu;
const OPEN_ROWS = 6; // longer tables are closed at first
/** Class of each grade of the material, which gives it its colour. */
const COLOURS = {
  enough: "good",
  few_recordings: "caution",
  little: "caution",
  very_little: "bad",
  too_little: "bad",
};

export class TrainSection {
  #source = "";
  /** @type {Api.SurveyInfo | null} */
  #found = null;
  /** @type {Api.ProblemPart[]} */
  #refused = [];
  #runs;
  #uploads = new Uploads((source, button) => this.#look(source, button));
  #files = byId("files", HTMLInputElement);
  #name = byId("name", HTMLInputElement);
  #minutes = byId("minutes", HTMLInputElement);
  #credit = byId("credit", HTMLInputElement);
  #start = byId("start", HTMLButtonElement);
  #holdOut = new HoldOut(byId("hold-out"), (isPossible) => {
    this.#start.disabled = !isPossible;
  });

  /** @param {(model: string) => void} onListen Called with a run's model that is to be heard. */
  constructor(onListen) {
    this.#runs = new Runs(onListen);
    this.#files.addEventListener("change", () => this.#take([...(this.#files.files ?? [])]));
    onDrop(byId("drop"), (files) => this.#take(files));
    const demo = byId("demo", HTMLButtonElement);
    demo.addEventListener("click", () => this.#look(DEMO, demo));
    const form = byId("folder-form", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const folder = byId("folder", HTMLInputElement).value.trim();
      if (folder) this.#look(folder, byId("look", HTMLButtonElement));
    });
    limitDecimal(this.#minutes, 0.1, 10_080, "field.minutes");
    this.#minutes.addEventListener("input", () => showTimes(this.#found, this.#minutes));
    byId("start-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin();
    });
    onLanguage(() => {
      if (!this.#found) return;
      this.#show(this.#found);
      this.#holdOut.show();
    });
  }

  async poll() {
    await Promise.all([this.#runs.refresh(), this.#uploads.poll()]);
  }

  /** @param {File[]} files */
  async #take(files) {
    if (!files.length) return;
    const bar = within(byId("upload"), ".progress");
    const show = (/** @type {number} */ fraction) => {
      byId("progress-text").textContent = t("train.uploading", { count: files.length, fraction });
      bar.style.setProperty("--share", String(fraction));
      bar.classList.toggle("is-open", fraction === 1); // what follows has no measure
    };
    byId("upload").hidden = false;
    hideError();
    show(0);
    try {
      const { source, refused } = await upload(files, show);
      this.#refused = refused;
      await this.#survey(source);
    } catch (error) {
      showError(error);
    } finally {
      byId("upload").hidden = true;
      this.#files.value = "";
      this.#uploads.refresh().catch(showError);
    }
  }

  /**
   * @param {string} source
   * @param {HTMLButtonElement} button
   */
  #look(source, button) {
    this.#refused = [];
    return busy(button, "train.looking", () => this.#survey(source));
  }

  /** @param {string} source */
  async #survey(source) {
    byId("progress-text").textContent = t("train.looking");
    const found = await lookThrough(source);
    if (!found) return;
    this.#found = found;
    this.#source = source;
    this.#credit.value = this.#found.credit ?? ""; // that of other recordings does not hold
    this.#name.value ||= this.#proposeName(this.#found);
    this.#holdOut.begin(source, this.#found);
    this.#show(this.#found);
    byId("found-title").focus();
  }

  /** @param {Api.SurveyInfo} found */
  #proposeName({ entries }) {
    const folder = this.#source.split(/[\\/]/).findLast(Boolean) ?? "";
    const paths = entries.filter(({ usable }) => usable).map(({ path }) => path);
    const last = this.#source.startsWith("upload:") ? commonName(paths) : folder;
    const plain = (last === DEMO ? "metal" : last)
      .replace(/[^A-Za-z0-9_-]+/g, "-")
      .replace(/^[-_]+/, "");
    const base = plain.slice(0, 50) || "music";
    const taken = new Set(this.#runs.jobs.map(({ name }) => name));
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    return name;
  }

  async #begin() {
    const minutes = readDecimal(this.#minutes);
    const name = this.#name.value.trim();
    const asked = {
      source: this.#source,
      name,
      minutes: minutes > 0 ? minutes : null,
      hold_out: this.#holdOut.paths,
      credit: this.#credit.value.replace(CONTROL, " ").trim() || null,
    };
    const job = await busy(this.#start, "train.starting", () => api.startJob(asked));
    if (!job) return;
    byId("found").hidden = true;
    this.#holdOut.stop();
    this.#name.value = this.#credit.value = "";
    this.#found = null;
    await this.#runs.choose(job.name);
    within(byId("run"), "h3").focus(); // the form is gone
    showMessage([t("train.started", { name: job.name })]);
  }

  /** @param {Api.SurveyInfo} found */
  #show({
    usable,
    skipped,
    minutes,
    too_short_minutes: tooShort,
    grade,
    entries,
    joined,
    training_seconds: steps,
    preparation_seconds: preparation,
  }) {
    byId("found").hidden = false;
    showTimes(this.#found, this.#minutes);
    byId("verdict").textContent = t(`material.${grade}`);
    byId("verdict").className = `grade ${COLOURS[grade]}`;
    const clips = joined.reduce((sum, one) => sum + one.clips.length, 0);
    const warned = entries.filter((entry) => entry.usable && entry.flaws.length);
    const dropped = entries.filter((entry) => !entry.usable);
    byId("facts").replaceChildren(
      fact(number(usable), t("train.usable", { count: usable })),
      fact(number(minutes, 1), t("train.minutes")),
      ...(skipped ? [fact(number(skipped), t("train.skipped", { count: skipped }))] : []),
      ...(joined.length ? [fact(number(clips), t("train.joined", { count: joined.length }))] : []),
      ...(tooShort ? [fact(duration(60 * tooShort), t("train.too_short"))] : []),
      ...(warned.length ? [fact(number(warned.length), t("train.warned"))] : []),
      ...(steps ? [fact(duration(preparation + steps), t("train.estimate"))] : []),
      ...(preparation ? [fact(duration(preparation), t("train.preparation"))] : []),
    );
    byId("entries").replaceChildren(
      ...table(
        "train.refused",
        "train.reason",
        this.#refused.map((part) => ({ name: part.place, messages: [sentence("part", part)] })),
      ),
      ...table(
        "train.skipped_files",
        "train.reason",
        dropped.map((entry) => row(entry.path, entry.refusal ? [entry.refusal] : [])),
      ),
      ...table(
        "train.warned_files",
        "train.remark",
        warned.map((entry) => row(entry.path, entry.flaws)),
      ),
    );
  }
}

/**
/** @type {(value: string, label: string) => HTMLElement} */
const fact = (value, label) => h("li", {}, h("b", {}, value), label);

/**
 * @param {string} name
 * @param {Api.RecordingMessage[]} messages
 */
const row = (name, messages) => ({
  name,
  messages: messages.map((message) => sentence("recording", message)),
});

/**
 * @param {"train.refused" | "train.skipped_files" | "train.warned_files"} title
 * @param {"train.reason" | "train.remark"} column
 * @param {{ name: string, messages: (string | Node)[][] }[]} rows
 */
function table(title, column, rows) {
  if (!rows.length) return [];
  const lines = rows.map(({ name, messages }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", {}, ...messages.flatMap((parts, place) => (place ? ["; ", ...parts] : parts))),
    ),
  );
  const head = [t("train.recording"), t(column)].map((name) => h("th", { scope: "col" }, name));
  const body = h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...lines));
  const summary = h("summary", {}, t(title, { count: rows.length }));
  const isOpen = rows.length < OPEN_ROWS;
  return [h("details", { open: isOpen }, summary, h("div", { class: "scroll" }, body))];
}
