// The page: three rooms, a language, and a look at the server now and then.

import * as api from "./api.js";
import { byId, hideBanner, showError } from "./dom.js";
import { EvaluateRoom } from "./evaluate.js";
import { choose, current, onLanguage } from "./language.js";
import { ListenRoom } from "./listen.js";
import { t, translate } from "./texts.js";
import { TrainRoom } from "./train.js";

/** @typedef {"listen" | "train" | "evaluate"} Room */

/** @type {Room[]} */
const ROOMS = ["listen", "train", "evaluate"];
const POLL_MILLISECONDS = 2000;

const listen = new ListenRoom();
const train = new TrainRoom(async (model) => {
  location.hash = "listen";
  await listen.play(model).catch(showError);
});
const evaluate = new EvaluateRoom();
/** @type {Room | null} */
let room = null;
let isAway = false;
let isAsking = false;

function enter() {
  const [name, run] = location.hash.slice(1).split("/");
  const requested = ROOMS.find((each) => each === name);
  if (room && !requested) return; // a link within the page
  const isFirst = room === null;
  const entered = requested ?? ROOMS[0];
  room = entered;
  for (const each of ROOMS) {
    byId(each).hidden = each !== entered;
    const link = document.querySelector(`nav a[href="#${each}"]`);
    if (each === entered) link?.setAttribute("aria-current", "page");
    else link?.removeAttribute("aria-current");
  }
  document.body.dataset.room = entered;
  showTitle();
  if (!isFirst) {
    byId(`${entered}-title`).focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  if (entered === "listen") listen.refresh().catch(showError);
  if (entered === "train") poll();
  if (entered === "evaluate") evaluate.open(run && decodeURIComponent(run)).catch(showError);
}

/** Asks for news while somebody looks. */
async function poll() {
  if (document.hidden || isAsking) return;
  isAsking = true;
  try {
    if (room === "listen") await listen.poll();
    if (room === "train") await train.poll();
    if (isAway) hideBanner();
    isAway = false;
  } catch (error) {
    if (!isAway) showError(error);
    isAway = true;
  } finally {
    isAsking = false;
  }
}

function showTitle() {
  if (room) document.title = `${t(`${room}.title`)} · Riffsmith`;
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
