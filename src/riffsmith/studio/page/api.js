// What the server is asked. Every failure becomes an Error that can be shown as it is.

import { t } from "./texts.js";

export class ServerError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function ask(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`api/${path}`, options);
  } catch {
    throw new ServerError(t("error.unreachable"), 0);
  }
  if (!response.ok) throw refusal(response.status, await response.text());
  return response;
}

function refusal(status, text) {
  let detail;
  try {
    detail = JSON.parse(text).detail;
  } catch {
    detail = undefined;
  }
  const isSentence = typeof detail === "string";
  return new ServerError(isSentence ? detail : t("error.unknown", { status }), status);
}

const json = async (method, path, body) => (await ask(method, path, body)).json();
const part = encodeURIComponent;

export const health = async () => (await fetch("healthz")).json();

export const models = () => json("GET", "models");

export const openPlayer = (model, seed, controls, like) => json("POST", "players", { model, seed, controls, like });
export const closePlayer = (id) => ask("DELETE", `players/${part(id)}`);
export const turn = (id, controls, hearing) => json("PATCH", `players/${part(id)}`, { controls, hearing });
export const keepClip = (id, end, seconds) => json("POST", `players/${part(id)}/clips`, { end, seconds });

/** Samples [start, start + count), left and right by turns. */
export async function pcm(id, start, count) {
  const response = await ask("GET", `players/${part(id)}/pcm?start=${start}&count=${count}`);
  return new DataView(await response.arrayBuffer());
}

export const clips = () => json("GET", "clips");
export const deleteClip = (id) => ask("DELETE", `clips/${part(id)}`);
export const clipFile = (id, name) => `api/clips/${part(id)}/${name}`;

export const survey = (source) => json("POST", "surveys", { source });
export const jobs = () => json("GET", "jobs");
export const startJob = (job) => json("POST", "jobs", job);
export const stopJob = (name) => json("POST", `jobs/${part(name)}/stop`);
export const resumeJob = (name) => json("POST", `jobs/${part(name)}/resume`);
export const previewFile = (name, epoch, ending) => `api/jobs/${part(name)}/previews/${epoch}.${ending}`;
export const reportPage = (name, language) => `api/jobs/${part(name)}/report?language=${language}`;

/** Has a report written; its page can be shown afterwards. */
export const writeReport = (name, language) => ask("GET", `jobs/${part(name)}/report?language=${language}`);

/** Has a training measured; that takes minutes. */
export const measure = (name) => ask("POST", `jobs/${part(name)}/measurement`);

/** Sends files; `onShare` is told how much has gone. */
export function upload(files, onShare) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  const request = new XMLHttpRequest(); // fetch does not tell how far it is
  request.open("POST", "api/uploads");
  request.upload.onprogress = (event) => event.lengthComputable && onShare(event.loaded / event.total);
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(new ServerError(t("error.unreachable"), 0));
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(refusal(request.status, request.responseText));
    };
    request.send(form);
  });
}
