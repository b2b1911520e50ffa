// Types of what the studio's server takes and sends. Written by tools/write_api_types.py from the
// OpenAPI document: change the schemas in Python and run that script again.

declare namespace Api {
  /** Music of one's own that a piece begins with. */
  interface Beginning {
    /** An upload of one recording, or `clip:` and its id. */
    source: string;
    /** Where it is taken from. */
    second?: number;
    seconds?: number;
    /** 0 keeps it and goes on from it, 1 keeps only its kind and tempo. */
    vary?: number;
  }

  /** What a piece began with. */
  interface BegunWith {
    name: string;
    second: number;
    seconds: number;
    vary: number;
  }

  interface Body_upload_api_uploads_post {
    files: string[];
  }

  /** A clip that was kept. */
  interface Clip {
    id: string;
    title: string;
    model: string;
    seed: number;
    sample_rate: number;
    /** The sample of its piece that it begins with. */
    begin: number;
    controls: Moment[];
    like?: BegunWith | null;
    seconds: number;
    /** ISO 8601 in UTC. */
    created: string;
    originality: OriginalityInfo | null;
  }

  /** What to keep of a piece. */
  interface ClipRequest {
    /** The sample that it ends before. */
    end: number;
    seconds?: number;
  }

  /** What is asked of a piece; null leaves a thing to the seed. */
  interface ControlValues {
    /** 0: the calmest passages; 1: the busiest. */
    intensity?: number | null;
    /** 0: the darkest passages; 1: the brightest. */
    brightness?: number | null;
    /** Beats a minute. */
    tempo?: number | null;
    /** 0 holds one kind of passage, 1 wanders through all. */
    variation?: number;
    /** A seed whose passages the piece turns to. */
    morph_seed?: number | null;
    /** How long that takes. */
    morph_seconds?: number;
  }

  /** How near to real a snapshot was: 1 is as near as the training recordings. */
  interface Distance {
    step: number;
    distance: number;
  }

  /** Something that the watch saw or did. */
  interface Event {
    step: number;
    kind: string;
    text: string;
  }

  /** A file that was taken. */
  interface FileInfo {
    name: string;
    bytes: number;
  }

  /** A clip to make. */
  interface GenerateRequest {
    /** As the list of models has it. */
    model: string;
    seconds?: number;
    /** Drawn where it is null. */
    seed?: number | null;
    controls?: ControlValues;
    format?: "wav" | "flac" | "mp3" | "ogg";
    /** Whole bars that repeat without a seam. */
    loop?: boolean;
    like?: Beginning | null;
  }

  /** That the server is there. */
  interface Health {
    version: string;
  }

  /** A training. */
  interface Job {
    name: string;
    state: "running" | "stopped" | "finished" | "failed";
    preset: string;
    /** preparing, fitting the codec, or training. */
    stage: string;
    /** Of the stage, from 0 to 1. */
    share: number | null;
    step: number;
    /** Of the whole; null where it ends by the clock. */
    steps: number | null;
    epoch: number;
    seconds_left: number | null;
    /** Why it ended, where there is something to say. */
    message: string | null;
    losses: Loss[];
    distances: Distance[];
    events: Event[];
    previews: PreviewOf[];
    best_epoch: number | null;
    /** Of the snapshot that is played. */
    distance: number | null;
  }

  /** A training to start. */
  interface JobRequest {
    /** `upload:NAME`, `demo`, or the absolute path of a folder on this computer. */
    source: string;
    /** Of the run: letters, digits, - and _. */
    name: string;
    minutes?: number | null;
    preset?: "latent" | "report" | "report-wgan";
  }

  /** Means of an epoch. */
  interface Loss {
    step: number;
    /** None in a warm-up, where none plays. */
    discriminator: number | null;
    generator: number;
  }

  /** A real passage that a part of a clip is near to. */
  interface MatchInfo {
    /** Second of the clip. */
    at: number;
    recording: string;
    /** Of the recording. */
    second: number;
    /** By how much the clip is higher there. */
    semitones: number;
    /** Share of new music that is less near, in percent. */
    percentile: number;
  }

  /** A model that can be played. */
  interface ModelInfo {
    id: string;
    kind: "shipped" | "run" | "bundle";
    title: string;
    preset: string;
    /** In Hz. */
    sample_rate: number;
    /** The recordings that it was trained on. */
    credits: string[];
    /** Whether it plays endless pieces. */
    streams: boolean;
  }

  /** What was asked from a second on. */
  interface Moment {
    /** Seconds from the clip's beginning. */
    at: number;
    controls: ControlValues;
  }

  /** Whether a clip copies what its model was trained on. */
  interface OriginalityInfo {
    state: "waiting" | "done" | "failed";
    /** In words; where it failed, why. */
    verdict: string;
    matches?: MatchInfo[];
  }

  /** A piece that was begun. */
  interface PlayerInfo {
    id: string;
    model: string;
    seed: number;
    /** In Hz. */
    sample_rate: number;
    channels?: 2;
  }

  /** A piece to begin. */
  interface PlayerRequest {
    /** As the list of models has it. */
    model: string;
    /** Drawn where it is null. */
    seed?: number | null;
    controls?: ControlValues;
    like?: Beginning | null;
  }

  /** A snapshot that can be heard and seen. */
  interface PreviewOf {
    epoch: number;
    step: number;
  }

  /** Why a request was not carried out. */
  interface Problem {
    /** One sentence: what was found, what to do. */
    detail: string;
  }

  /** A file that was not taken. */
  interface RefusedFile {
    name: string;
    reason: string;
  }

  /** A file of a folder. */
  interface SurveyFile {
    path: string;
    usable: boolean;
    /** Why it is skipped. */
    reason: string;
    warnings: string[];
    seconds: number;
    sample_rate: number;
    channels: number;
    encoding: string;
    peak_db: number;
    loudness_lufs: number | null;
    content_hash: string;
  }

  /** A folder, file by file, as `riffsmith survey --json` prints it. */
  interface SurveyInfo {
    folder: string;
    genre: string | null;
    entries: SurveyFile[];
    minutes: number;
    usable: number;
    skipped: number;
    sample_rates: Record<string, number>;
    channel_counts: Record<string, number>;
    verdict: string;
    training_preset: string;
    training_seconds: number;
  }

  /** Recordings to look through. */
  interface SurveyRequest {
    /** `upload:NAME`, `demo`, or the absolute path of a folder on this computer. */
    source: string;
  }

  /** What became of it. */
  interface TurnInfo {
    /** The sample from which it is heard, and from which on it has to be pulled anew. */
    at: number;
  }

  /** Something else to ask of a piece. */
  interface TurnRequest {
    controls: ControlValues;
    /** The sample from which it should be heard. */
    at?: number;
    /** The sample that is heard now: what was pulled and is not heard yet may be replaced. Without it everything that was pulled stays. */
    hearing?: number | null;
  }

  /** What became of an upload. */
  interface UploadInfo {
    /** Its name for surveys and trainings. */
    source: string;
    files: FileInfo[];
    refused: RefusedFile[];
  }
}
