// The page: three sections, a language, and a look at the server now and then.

import * as api from "./api.js";
import { byId, hideBanner, showError } from "./dom.js";
import { EvaluateSection } from "./evaluate.js";
import { setUpHelp } from "./help.js";
import { choose, current, onLanguage } from "./language.js";
import { ListenSection } from "./listen.js";
import { t, translate } from "./texts.js";
import { TrainSection } from "./train.js";

/** @typedef {"listen" | "train" | "evaluate"} Section */

/** @type {Section[]} */
const SECTIONS = ["listen", "train", "evaluate"];
const POLL_MILLISECONDS = 2000;

const listen = new ListenSection();
const train = new TrainSection(async (model) => {
  location.hash = "listen";
  await listen.play(model).catch(showError);
});
const evaluate = new EvaluateSection();
/** @type {Section | null} */
let section = null;
let isAway = false;
let isAsking = false;

function enter() {
  const [path, query] = location.hash.slice(1).split("?");
  const [name, run] = path.split("/");
  const requested = SECTIONS.find((each) => each === name);
  if (section && !requested) return; // a link within the page
  const isFirst = section === null;
  const entered = requested ?? SECTIONS[0];
  section = entered;
  for (const each of SECTIONS) {
    byId(each).hidden = each !== entered;
    const link = document.querySelector(`nav a[href="#${each}"]`);
    if (each === entered) link?.setAttribute("aria-current", "page");
    else link?.removeAttribute("aria-current");
  }
  document.body.dataset.section = entered;
  showTitle();
  if (!isFirst) {
    byId(`${entered}-title`).focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  if (entered === "listen") (query ? openLink(query) : listen.refresh()).catch(showError);
  if (entered === "train") poll();
  if (entered === "evaluate") evaluate.open(run && decodeURIComponent(run)).catch(showError);
}

/**
 * Opens what a link holds. The address forgets it: what is turned afterwards is not in it.
 *
 * @param {string} query
 */
async function openLink(query) {
  await listen.open(query);
  history.replaceState(null, "", "#listen");
}

/** Asks for news while somebody looks. */
async function poll() {
  if (document.hidden || isAsking) return;
  isAsking = true;
  try {
    if (section === "listen") await listen.poll();
    if (section === "train") await train.poll();
    if (isAway) hideBanner();
    isAway = false;
  } catch (error) {
    if (!isAway) showError(error);
    isAway = true;
  } finally {
    isAsking = false;
  }
}

// What the browser says of a wrong value is in the browser's language, not in the page's.
document.addEventListener(
  "invalid",
  ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.validity.customError) return;
    if (target.id === "name") target.setCustomValidity(t("field.name"));
  },
  true,
);
document.addEventListener(
  "input",
  ({ target }) => {
    if (target instanceof HTMLInputElement) target.setCustomValidity("");
  },
  true, // before a field looks at what it has
);

// A list that is closed may be too narrow for what is chosen.
document.addEventListener("pointerover", ({ target }) => {
  if (target instanceof HTMLSelectElement) target.title = target.selectedOptions[0]?.text ?? "";
});

function showTitle() {
  if (section) document.title = `${t(`${section}.title`)} · Riffsmith`;
}

const languages = [...document.querySelectorAll("button[data-language]")];
for (const button of /** @type {HTMLElement[]} */ (languages))
  button.addEventListener("click", () => choose(button.dataset.language ?? ""));

function showLanguage() {
  for (const button of /** @type {HTMLElement[]} */ (languages))
    button.setAttribute("aria-pressed", String(button.dataset.language === current()));
  showTitle();
}

onLanguage(showLanguage);
setUpHelp();
translate(document);
showLanguage();
byId("banner-close").addEventListener("click", hideBanner);
addEventListener("hashchange", enter);
document.addEventListener("visibilitychange", poll);
setInterval(poll, POLL_MILLISECONDS);
enter();
api.health().then(
  ({ version }) => {
    byId("version").textContent = t("page.footer", { version });
  },
  () => {},
);
