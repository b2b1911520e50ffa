// The page: three rooms, a language, and a look at the server now and then.

import * as api from "./api.js";
import { byId, hush, tellError } from "./dom.js";
import { JudgeRoom } from "./judge.js";
import { ListenRoom } from "./listen.js";
import { choose, current, onLanguage, t, translate } from "./texts.js";
import { TrainRoom } from "./train.js";

const ROOMS = ["listen", "train", "judge"];
const POLL_MILLISECONDS = 2000;

const listen = new ListenRoom();
const train = new TrainRoom(async (model) => {
  location.hash = "listen";
  await listen.play(model).catch(tellError);
});
const judge = new JudgeRoom();
const rooms = { listen, train, judge };
let room = null;
let isAway = false;
let isAsking = false;

function enter() {
  const [wanted, name] = location.hash.slice(1).split("/");
  if (room && !ROOMS.includes(wanted)) return; // a link within the page
  const isFirst = room === null;
  room = ROOMS.includes(wanted) ? wanted : ROOMS[0];
  for (const each of ROOMS) {
    byId(each).hidden = each !== room;
    const link = document.querySelector(`nav a[href="#${each}"]`);
    if (each === room) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.body.dataset.room = room;
  document.title = `${t(`${room}.title`)} · Riffsmith`;
  if (!isFirst) {
    byId(`${room}-title`).focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  if (room === "listen") listen.refresh().catch(tellError);
  if (room === "train") poll();
  if (room === "judge") judge.open(name && decodeURIComponent(name)).catch(tellError);
}

/** Asks for news while somebody looks. */
async function poll() {
  if (document.hidden || isAsking || !rooms[room]?.poll) return;
  isAsking = true;
  try {
    await rooms[room].poll();
    if (isAway) hush();
    isAway = false;
  } catch (error) {
    if (!isAway) tellError(error);
    isAway = true;
  } finally {
    isAsking = false;
  }
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => choose(button.dataset.language));
}

function showLanguage() {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", button.dataset.language === current());
  }
  if (room) document.title = `${t(`${room}.title`)} · Riffsmith`;
}

onLanguage(showLanguage);
translate(document);
showLanguage();
byId("banner-close").addEventListener("click", hush);
addEventListener("hashchange", enter);
document.addEventListener("visibilitychange", poll);
setInterval(poll, POLL_MILLISECONDS);
enter();
api.health().then(({ version }) => (byId("version").textContent = t("page.footer", { version })), () => {});
