// Requests to the server. Every failure becomes an Error that can be shown as it is.

import { t } from "./texts.js";

export class ServerError extends Error {
  /**
   * @param {string} message
   * @param {number} status HTTP status; 0 where the server could not be reached.
   * @param {Api.Problem | null} problem What the server says about it.
   */
  constructor(message, status, problem = null) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {AbortSignal | null} [signal] Ends the request.
 */
async function ask(method, path, body, signal = null) {
  /** @type {RequestInit} */
  const options = { method, signal };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`api/${path}`, options).catch(() => {
    throw new ServerError(t("error.unreachable"), 0);
  });
  if (!response.ok) throw refusal(response.status, await response.text());
  return response;
}

/**
 * Makes the error of an answer that refuses a request.
 *
 * @param {number} status
 * @param {string} text
 */
export function refusal(status, text) {
  try {
    /** @type {Api.Problem} */
    const problem = JSON.parse(text);
    return new ServerError(problem.detail, status, problem);
  } catch {
    return new ServerError(t("error.unknown", { status }), status);
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
const json = async (method, path, body) => (await ask(method, path, body)).json();
const part = encodeURIComponent;

/** @returns {Promise<Api.Health>} */
export const health = async () => (await fetch("healthz")).json();

/** @returns {Promise<Api.ModelInfo[]>} */
export const models = () => json("GET", "models");

/**
 * @param {Api.PlayerRequest} request
 * @returns {Promise<Api.PlayerInfo>}
 */
export const openPlayer = (request) => json("POST", "players", request);

/** @param {string} id */
export const closePlayer = (id) => ask("DELETE", `players/${part(id)}`);

/**
 * @param {string} id
 * @param {Api.ControlChangeRequest} change
 * @returns {Promise<Api.ControlChangeInfo>}
 */
export const changeControls = (id, change) => json("PATCH", `players/${part(id)}`, change);

/**
 * Gives the controls that OSC and MIDI have changed.
 *
 * @param {number} after Number of changes that were seen.
 * @returns {Promise<Api.RemoteControls>}
 */
export const remoteControls = (after) => json("GET", `remote?after=${after}`);

/**
 * @param {string} id
 * @param {number} end
 * @param {number} seconds
 * @returns {Promise<Api.Clip>}
 */
export const keepClip = (id, end, seconds) =>
  json("POST", `players/${part(id)}/clips`, { end, seconds });

/**
 * Gives the samples [start, start + count), left and right by turns.
 *
 * @param {string} id
 * @param {number} start
 * @param {number} count
 */
export async function pcm(id, start, count) {
  const response = await ask("GET", `players/${part(id)}/pcm?start=${start}&count=${count}`);
  return new DataView(await response.arrayBuffer());
}

/**
 * Generates a clip that is not kept.
 *
 * @param {Api.GenerateRequest} request
 * @returns {Promise<{ sound: Blob, lufs: number | null }>} The file, and its loudness in LUFS; null:
 *     it is silent.
 */
export async function generate(request) {
  const response = await ask("POST", "generate", request);
  const lufs = response.headers.get("X-Riffsmith-LUFS");
  return { sound: await response.blob(), lufs: lufs === null ? null : Number(lufs) };
}

/** @returns {Promise<Api.Clip[]>} */
export const clips = () => json("GET", "clips");

/** @type {(loop: Api.LoopRequest) => Promise<Api.Clip>} */
export const makeLoop = (loop) => json("POST", "loops", loop);

/**
 * @param {string} id
 * @param {Api.ClipChange} change
 * @returns {Promise<Api.Clip>}
 */
export const changeClip = (id, change) => json("PATCH", `clips/${part(id)}`, change);

/**
 * @param {string} id
 * @param {number} begin
 * @param {number} end
 * @returns {Promise<Api.Clip>}
 */
export const keepPart = (id, begin, end) => json("POST", `clips/${part(id)}/parts`, { begin, end });

/** @type {(id: string) => Promise<Api.Peaks>} */
export const peaks = (id) => json("GET", `clips/${part(id)}/peaks`);

/** @param {string} id A clip, whose notes are found, which takes seconds. */
export const clipNotes = async (id) => (await ask("GET", `clips/${part(id)}/notes.mid`)).blob();

/** @param {string} id */
export const deleteClip = (id) => ask("DELETE", `clips/${part(id)}`);

/**
 * @param {string} id
 * @param {string} name
 */
export const clipFile = (id, name) => `api/clips/${part(id)}/${name}`;

/**
 * @param {string} source
 * @param {AbortSignal} signal Ends the survey, on the server too.
 * @returns {Promise<Api.SurveyInfo>}
 */
export const survey = async (source, signal) =>
  (await ask("POST", "surveys", { source }, signal)).json();

/**
 * @param {string} source
 * @param {string} path Path of a recording, as the survey lists it.
 */
export const recordingFile = (source, path) =>
  `api/recordings?source=${part(source)}&path=${part(path)}`;

/** @returns {Promise<Api.KeptUpload[]>} */
export const uploads = () => json("GET", "uploads");

/** @param {string} key The name of an upload as a source, without `upload:`. */
export const deleteUpload = (key) => ask("DELETE", `uploads/${part(key)}`);

/** @returns {Promise<Api.Job[]>} */
export const jobs = () => json("GET", "jobs");

/**
 * @param {Api.JobRequest} job
 * @returns {Promise<Api.Job>}
 */
export const startJob = (job) => json("POST", "jobs", job);

/**
 * @param {string} name
 * @returns {Promise<Api.Job>}
 */
export const stopJob = (name) => json("POST", `jobs/${part(name)}/stop`);

/**
 * Lets a training go on: a stopped one to its end, a finished one for some minutes more.
 *
 * @param {string} name
 * @param {number | null} [minutes]
 * @returns {Promise<Api.Job>}
 */
export const resumeJob = (name, minutes = null) =>
  json("POST", `jobs/${part(name)}/resume`, { minutes });

/**
 * @param {string} name
 * @param {string} newName
 * @returns {Promise<Api.Job>}
 */
export const renameJob = (name, newName) => json("PATCH", `jobs/${part(name)}`, { name: newName });

/** @param {string} name */
export const deleteJob = (name) => ask("DELETE", `jobs/${part(name)}`);

/**
 * @param {string} name
 * @param {number} snapshot Number of the snapshot.
 * @param {"png" | "flac"} ending
 */
export const previewFile = (name, snapshot, ending) =>
  `api/jobs/${part(name)}/previews/${snapshot}.${ending}`;

/**
 * @param {string} name
 * @param {string} language
 */
export const reportPage = (name, language) => `api/jobs/${part(name)}/report?language=${language}`;

/**
 * Has a report written; its page can be shown afterwards.
 *
 * @param {string} name
 * @param {string} language
 */
export const writeReport = (name, language) =>
  ask("GET", `jobs/${part(name)}/report?language=${language}`);

/**
 * Has a training measured; that takes minutes.
 *
 * @param {string} name
 */
export const measure = (name) => ask("POST", `jobs/${part(name)}/measurement`);
