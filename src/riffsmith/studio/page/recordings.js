// The recordings that were found: their common name, how long they take, and which are held out.

import * as api from "./api.js";
import { readDecimal } from "./decimals.js";
import { byId, h, setText, showMessage } from "./dom.js";
import { number } from "./numbers.js";
import { t } from "./texts.js";

const SHORTEST_NAME = 3;
const OPEN_ROWS = 12; // longer tables are closed at first

let surveying = new AbortController();

/**
 * Looks through recordings. Only the newest survey is waited for, and the server ends the others.
 *
 * @param {string} source
 * @returns {Promise<Api.SurveyInfo | null>} Null: another one was asked for meanwhile.
 */
export async function lookThrough(source) {
  surveying.abort();
  surveying = new AbortController();
  const { signal } = surveying;
  try {
    return await api.survey(source, signal);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/**
 * The words that the names of all recordings begin with, such as that of a band; of one recording
 * its whole name. Empty where they have no such words.
 *
 * @param {string[]} paths
 */
export function commonName(paths) {
  const names = paths.map((path) => (path.split("/").at(-1) ?? "").replace(/\.[^.]*$/, ""));
  const words = names.map((name) => name.split(/[^\p{L}\p{N}]+/u).filter(Boolean));
  const first = words[0] ?? [];
  const differs = first.findIndex((word, place) => words.some((other) => other[place] !== word));
  const common = differs < 0 ? first : first.slice(0, differs);
  while (common.length && /^\d+$/.test(common.at(-1) ?? "")) common.pop(); // as of a track
  const name = common.join("-");
  return name.length < SHORTEST_NAME ? "" : name;
}

/**
 * Says how the time that is asked for will be spent.
 *
 * @param {Api.SurveyInfo | null} found
 * @param {HTMLInputElement} minutes
 */
export function showTimes(found, minutes) {
  const seconds = 60 * readDecimal(minutes);
  const place = byId("times");
  place.hidden = !found?.preparation_seconds || !(seconds > 0);
  if (!found || place.hidden) return;
  const { preparation_seconds: preparation, least_steps_fraction: fraction } = found;
  const steps = Math.max(seconds - preparation, fraction * seconds);
  const values = { preparation, steps, total: preparation + steps };
  const isLonger = values.total > seconds + 1;
  setText(place, t(isLonger ? "train.times_longer" : "train.times", values));
  place.className = isLonger ? "grade caution" : "soft";
}

/**
 * The paths of the files that are joined with others, because they are too short by themselves.
 *
 * @param {Api.SurveyInfo} found
 */
const clipsOf = ({ joined }) =>
  new Set(joined.flatMap(({ clips }) => clips.map(({ path }) => path)));

/** @param {Api.SurveyFile[]} files */
const minutesOf = (files) => files.reduce((sum, { seconds }) => sum + seconds, 0) / 60;

/** The choice of the recordings that a training leaves out, to compare with. */
export class HoldOut {
  /** @type {Api.SurveyFile[]} */
  #usable = [];
  /** @type {Set<string>} */
  #chosen = new Set();
  /** @type {{ path: string, minutes: number, from: number } | null} */
  #end = null; // of the one recording that is cut, where the survey proposes that
  #isOpen = false;
  #source = "";
  #player = h("audio", { controls: true }); // on the page while it has something to play

  /**
   * @param {HTMLElement} place
   * @param {(isPossible: boolean) => void} onChange Called with whether something is left to train
   *     on.
   */
  constructor(place, onChange) {
    this.place = place;
    this.onChange = onChange;
    this.#player.addEventListener("error", () => {
      if (!this.#player.isConnected) return;
      const path = this.#player.getAttribute("aria-label");
      this.stop();
      showMessage([t("train.cannot_hear", { path })], { isError: true });
    });
  }

  /** Paths of the chosen recordings; null: the end of one recording, as the survey proposes. */
  get paths() {
    return this.#end ? null : [...this.#chosen];
  }

  /**
   * Begins with what the survey proposes.
   *
   * @param {string} source
   * @param {Api.SurveyInfo} found
   */
  begin(source, found) {
    const { entries, joined, held_out, held_out_from_seconds: from } = found;
    const clips = clipsOf(found);
    this.stop();
    this.#source = source;
    this.#usable = [...entries.filter(({ path, usable }) => usable && !clips.has(path)), ...joined];
    this.#end = from === null ? null : { path: held_out[0], from, minutes: found.held_out_minutes };
    this.#chosen = new Set(this.#end ? [] : held_out);
    this.#isOpen = this.#usable.length <= OPEN_ROWS;
    this.show();
  }

  /** Ends the recording that is played. */
  stop() {
    this.#player.remove();
    this.#player.removeAttribute("src");
    this.#player.load();
  }

  /** @param {string} path */
  #hear(path) {
    this.#player.src = api.recordingFile(this.#source, path);
    this.#player.setAttribute("aria-label", path);
    this.place.after(this.#player);
    this.#player.play().catch(() => {}); // its event "error" tells why
  }

  show() {
    const total = this.#usable.length;
    const count = this.#chosen.size;
    const isAny = count > 0 || this.#end !== null;
    const all = h("button", { type: "button", disabled: !isAny }, t("train.use_all"));
    all.addEventListener("click", () => this.#choose([], 0));
    const columns = ["train.hold_out", "train.recording", "train.minutes_of"];
    const head = columns.map((key) =>
      h("th", { scope: "col" }, t(/** @type {import("./texts.js").Key} */ (key))),
    );
    const rows = this.#usable.map((entry, place) => this.#row(entry, place));
    const details = h(
      "details",
      { open: this.#isOpen },
      h("summary", {}, this.#summary()),
      h("p", { class: "soft" }, t(this.#end ? "train.held_out_end_text" : "train.held_out_text")),
      h(
        "div",
        { class: "scroll" },
        h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
      ),
      all,
    );
    details.addEventListener("toggle", () => {
      this.#isOpen = details.open;
    });
    const isPossible = count < total;
    const warning = !isPossible ? "train.held_out_all" : isAny ? null : "train.held_out_none";
    this.place.replaceChildren(
      ...(total ? [details] : []),
      ...(total && warning ? [h("p", { class: "grade caution", role: "status" }, t(warning))] : []),
    );
    this.onChange(isPossible);
  }

  /** Says what is held out, and how much. */
  #summary() {
    if (this.#end) return t("train.held_out_end", this.#end);
    const chosen = this.#usable.filter(({ path }) => this.#chosen.has(path));
    return t("train.held_out", {
      count: chosen.length,
      total: this.#usable.length,
      minutes: minutesOf(chosen),
      all: minutesOf(this.#usable),
    });
  }

  /**
   * @param {Api.SurveyFile} entry
   * @param {number} place Row in the table.
   */
  #row({ path, seconds, clips }, place) {
    const box = h("input", {
      type: "checkbox",
      checked: this.#chosen.has(path),
      "aria-label": path,
    });
    box.addEventListener("change", () => {
      const group = this.#group(path);
      const others = [...this.#chosen].filter((chosen) => !group.has(chosen));
      this.#choose(box.checked ? [...others, ...group] : others, place);
    });
    const label = t("train.hear", { path });
    const hear = h("button", { type: "button", class: "small", title: label }, "▶");
    hear.setAttribute("aria-label", label);
    hear.addEventListener("click", () => this.#hear(path));
    const cells = [
      h("td", {}, h("label", { class: "tick" }, box)),
      h(
        "th",
        { scope: "row" },
        h("span", { class: "heard" }, ...(clips.length ? [] : [hear]), path),
      ),
    ];
    return h("tr", {}, ...cells, h("td", {}, number(seconds / 60, 1)));
  }

  /**
   * @param {string[]} paths
   * @param {number} place Row that has the focus afterwards.
   */
  #choose(paths, place) {
    this.#chosen = new Set(paths);
    this.#end = null;
    this.show();
    this.place.querySelectorAll("input")[place]?.focus();
  }

  /**
   * A recording and those that share music with it, directly or through others.
   *
   * @param {string} path
   */
  #group(path) {
    const group = new Set([path]);
    for (const member of group)
      for (const { path: other, shares_with } of this.#usable)
        if (other === member) for (const shared of shares_with) group.add(shared);
    return group;
  }
}
