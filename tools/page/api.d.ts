// Types of what the studio's server takes and sends. Written by tools/write_api_types.py from the
// OpenAPI document: change the schemas in Python and run that script again.

declare namespace Api {
  /** The audio prompt that a piece began with. */
  interface AudioPromptInfo {
    /** Name of the file, or title of the model that made the clip. */
    name: string;
    /** Seed of the clip; null for a recording. */
    seed: number | null;
    second: number;
    seconds: number;
    noise_level: number;
  }

  /** Music of one's own that a piece begins with. */
  interface AudioPromptRequest {
    /** Source of an upload with one recording, or `clip:` and the id of a clip. */
    source: string;
    /** Second of the recording from which on it is taken. */
    second?: number;
    /** Length of the prompt. */
    seconds?: number;
    /** 0: the piece begins with the music as it is; 1: it takes only its kind and tempo. */
    noise_level?: number;
  }

  /** A clip that was kept. */
  interface Clip {
    id: string;
    /** Title in English, as its files have it. */
    title: string;
    model: string;
    model_title: string;
    seed: number;
    /** Sample rate in Hz. */
    sample_rate: number;
    /** The sample of its piece that it begins with. */
    begin: number;
    controls: Moment[];
    audio_prompt: AudioPromptInfo | null;
    seconds: number;
    /** Date and time in ISO 8601, in UTC. */
    created: string;
    originality: OriginalityInfo | null;
    /** Title that a listener gave; null: it has that of its making. */
    name: string | null;
    favourite: boolean;
    /** Bars and tempo; null: no loop. */
    loop: LoopInfo | null;
    /** Where it was cut out of another clip; null: it was not. */
    part: PartInfo | null;
    /** Name of its files, without their ending. */
    file_name: string;
  }

  /** What is changed of a clip; what is null stays as it is. */
  interface ClipChange {
    title?: string | null;
    favourite?: boolean | null;
  }

  /** A part of a piece to keep. */
  interface ClipRequest {
    /** The sample that the clip ends before. */
    end: number;
    seconds?: number;
  }

  /** The place of a control change. */
  interface ControlChangeInfo {
    /** The first sample of the change, from which on samples have to be pulled again. */
    at: number;
  }

  /** New controls for a piece. */
  interface ControlChangeRequest {
    controls: ControlValues;
    /** The first sample that the change may apply to. */
    at?: number;
    /** The sample that the listener plays now. Samples after it that were pulled and not played yet may be replaced; if left out, everything that was pulled stays. */
    position?: number | null;
  }

  /** Values of the controls; null leaves a control to the seed or the model. */
  interface ControlValues {
    /** 0: the calmest passages; 1: the busiest. */
    intensity?: number | null;
    /** 0: the darkest passages; 1: the brightest. */
    brightness?: number | null;
    /** Beats a minute. */
    tempo?: number | null;
    /** 0: one kind of passage; 1: all kinds, one after the other. */
    variation?: number;
    /** 0: no bar is repeated; 1: one riff throughout; null: what the model is used to. */
    form?: number | null;
    /** Key that the piece is transposed to; null: it stays as it is. */
    key?: string | null;
    /** Transposition in semitones, beside that of the key. */
    transpose?: number;
    /** Seed whose passages the piece moves to. */
    morph_seed?: number | null;
    /** Length of that move. */
    morph_seconds?: number;
  }

  /** The distance of a snapshot to real music: 1 is as near as the training recordings are. */
  interface Distance {
    step: number;
    distance: number;
  }

  /** Something that the monitor found, and what followed from it. */
  interface Event {
    step: number;
    kind: "best" | "overfitting" | "rollback" | "stop";
    message: EventMessage;
    /** The step that a rollback went back to. */
    to_step: number | null;
  }

  /** What was found. */
  type EventCode = "nearest" | "healthy" | "overfitting" | "collapse" | "not_finite" | "loss_not_finite" | "runaway" | "plateau";

  /** What the monitor found, with the code and the parameters that the sentence is made from. */
  interface EventMessage {
    code: EventCode;
    /** Null where it was not measured. */
    parameters: Record<string, string | number | null>;
    /** The sentence in English. */
    detail: string;
  }

  /** What is wrong with one field of a request; the English sentence is pydantic's. */
  type FieldCode = "missing" | "unknown" | "pattern" | "above" | "from" | "below" | "up_to" | "choice" | "not_json" | "invalid";

  /** A clip to generate. */
  interface GenerateRequest {
    /** Id of a model from the list of models. */
    model: string;
    /** Number of a snapshot of a run, from the list of models; null: the best or newest one. */
    snapshot?: number | null;
    seconds?: number;
    /** Seed of the clip; null: it is drawn. */
    seed?: number | null;
    controls?: ControlValues;
    format?: "wav" | "flac" | "mp3" | "ogg";
    /** Whole bars that repeat without a seam, at exactly the tempo that is asked for. The length is rounded to bars. */
    loop?: boolean;
    /** Length of a loop in bars, in the place of its seconds. */
    bars?: number | null;
    audio_prompt?: AudioPromptRequest | null;
  }

  /** An answer that shows that the server runs. */
  interface Health {
    version: string;
  }

  /** A training. */
  interface Job {
    name: string;
    state: "running" | "stopped" | "finished" | "failed";
    preset: string;
    /** Paths of the recordings that are not trained on. Empty: all are trained on, and no score can be measured; null: the recordings are not prepared yet. */
    held_out: string[] | null;
    /** Length of what is held out; null: the recordings are not prepared yet. */
    held_out_minutes: number | null;
    /** The second from which on a recording that is cut is held out; null where whole recordings are held out. */
    held_out_from_seconds: number | null;
    /** What the training counts: epochs (pictures) or steps. */
    unit: "epoch" | "step";
    stage: Stage | "training";
    /** Fraction of the stage that is done, from 0 to 1. */
    progress: number | null;
    step: number;
    /** Steps of the whole training; null where it ends by the clock. */
    steps: number | null;
    /** Null for trainings that count steps. */
    epoch: number | null;
    /** Time that is left of the training; before the first step, of the stage. Null: not known, or the training does not run. */
    seconds_left: number | null;
    /** Why it failed or was interrupted. */
    message: JobMessage | null;
    /** Why the monitor ended a training before its last step. */
    stopped_by: EventMessage | null;
    losses: Loss[];
    distances: Distance[];
    events: Event[];
    previews: PreviewInfo[];
    best_snapshot: number | null;
    /** Distance to real of the snapshot that is played, as it was measured while the model was trained. */
    distance: number | null;
    /** Whether the music was measured since; the report has the results. */
    is_measured: boolean;
  }

  /** What is changed of a training. */
  interface JobChange {
    /** Name of the run: letters, digits, - and _. */
    name: string;
  }

  /** Reasons why a training ended before its time. */
  type JobCode = "failed" | "interrupted" | "outcome_damaged";

  /** Why a training ended before its time. */
  interface JobMessage {
    code: JobCode;
    parameters: Record<string, string | number>;
    /** The sentence in English. */
    detail: string;
  }

  /** A training to start. */
  interface JobRequest {
    /** `upload:` and its key, `demo`, or the absolute path of a folder on this computer; `~` is the home folder of the studio's user. */
    source: string;
    /** Name of the run: letters, digits, - and _. */
    name: string;
    /** Length of the training; null: it ends with its last step. */
    minutes?: number | null;
    preset?: "latent" | "report" | "report-wgan";
    /** Paths of the recordings to hold out, as a survey names them. Those that share music with them are held out, too. Empty: all are trained on, and no score can be measured; null: a tenth is held out. */
    hold_out?: string[] | null;
    /** Who made the recordings and under which licence, such as `Muldjord, CC BY-SA 3.0`. The report and the tags of every clip of the model name it; null: nothing is stated. */
    credit?: string | null;
  }

  /** How a training goes on. */
  interface JobResumption {
    /** How much longer a finished training is trained; null: a stopped one goes on to its end. */
    minutes?: number | null;
  }

  /** An upload that is kept. */
  interface KeptUpload {
    /** Name of the upload for surveys and trainings. */
    source: string;
    /** Number of files. */
    files: number;
    /** Size of all files together. */
    bytes: number;
    /** When it was last used, in UTC. */
    used: string;
    /** Names of the trainings that were started with it. While there are any, it is kept; otherwise it is deleted when nobody has used it for a week. */
    trainings: string[];
  }

  /** What makes a clip a loop: whole bars at an exact tempo that repeat without a seam. */
  interface LoopInfo {
    bars: number;
    beats: number;
    /** Tempo in beats per minute. */
    bpm: number;
    /** How much higher the loop sounds than the model plays, in cents. */
    tuning_cents: number;
  }

  /** A loop to make and keep. */
  interface LoopRequest {
    /** Id of a model from the list of models. */
    model: string;
    /** Seed of the loop; null: it is drawn. */
    seed?: number | null;
    /** Controls; a loop has a single style, so it takes no variation and no morph. Without a tempo the model chooses one. */
    controls?: ControlValues;
    /** Number of bars of four beats. */
    bars?: number;
  }

  /** Mean losses of a part of a training. */
  interface Loss {
    step: number;
    /** Null while the generator learns by flow matching, without a discriminator. */
    discriminator: number | null;
    generator: number;
  }

  /** A real passage that a part of a clip is near to. */
  interface MatchInfo {
    /** Second of the clip. */
    at: number;
    recording: string;
    /** Second of the recording. */
    second: number;
    /** By how much the clip is higher there. */
    semitones: number;
    /** Percentage of new music that is less near. */
    percentile: number;
    /** Whether the passage can be heard: the recordings are at hand. */
    has_audio: boolean;
  }

  /** Whether the recordings of a folder are enough to train on. */
  type MaterialGrade = "too_little" | "very_little" | "little" | "few_recordings" | "enough";

  /** Reasons why melodies were not compared: remarks of the evaluation with the same codes. */
  type MelodyCode = "short_clip" | "too_few_notes" | "few_held_out_notes";

  /** What the comparison of melodies found, or why there is none. */
  interface MelodyMessage {
    code: OriginalityGrade | MelodyCode;
    parameters: Record<string, string | number>;
    /** The sentence in English. */
    detail: string;
  }

  /** A model that can be played. */
  interface ModelInfo {
    id: string;
    kind: "shipped" | "run" | "bundle";
    title: string;
    preset: string;
    /** Sample rate in Hz. */
    sample_rate: number;
    /** The recordings that it was trained on. */
    credits: string[];
    /** Whether it plays endless pieces. */
    streams: boolean;
    /** Numbers of the snapshots of a run, ascending; empty: it is no run. */
    snapshots: number[];
    /** Number of the snapshot that is played. */
    snapshot: number;
    /** What snapshots are numbered by. */
    unit: "epoch" | "step";
  }

  /** The controls from a second of a clip on. */
  interface Moment {
    /** Seconds from the clip's beginning. */
    at: number;
    controls: ControlValues;
  }

  /** Reasons why there is no verdict on a clip; a verdict has its grade as its code. */
  type OriginalityCode = "waiting" | "no_recordings" | "too_short" | "failed";

  /** The result of a comparison in one word. */
  type OriginalityGrade = "original" | "suspicious" | "copied";

  /** The comparison of a clip with the recordings that its model was trained on. */
  interface OriginalityInfo {
    state: "waiting" | "done" | "failed";
    /** The worse grade of sound and melodies, once the comparison is done. */
    grade: OriginalityGrade | null;
    /** How much it sounds like the recordings. */
    verdict: OriginalityMessage;
    /** How much its notes are like those of the recordings. */
    melody: MelodyMessage | null;
    /** The real passages that are nearest to it. */
    matches: MatchInfo[];
  }

  /** What the comparison found, or why there is none. */
  interface OriginalityMessage {
    code: OriginalityGrade | OriginalityCode;
    parameters: Record<string, string | number>;
    /** The sentence in English. */
    detail: string;
  }

  /** Where a clip was cut out of another one. */
  interface PartInfo {
    /** Id of the other clip, which may have been deleted. */
    clip: string;
    /** The title that a listener gave it; null: none. */
    name: string | null;
    /** Second of the other clip that the part begins with. */
    begin: number;
    /** Second of the other clip that the part ends with. */
    end: number;
  }

  /** A part of a clip to keep as a clip of its own. */
  interface PartRequest {
    /** The first sample of the part. */
    begin: number;
    /** The sample that the part ends before. */
    end: number;
  }

  /** The waveform of a clip. */
  interface Peaks {
    /** The largest level of each of several hundred equal spans; 255 is full scale. */
    peaks: number[];
  }

  /** A piece that has begun. */
  interface PlayerInfo {
    id: string;
    model: string;
    seed: number;
    /** Sample rate in Hz. */
    sample_rate: number;
    channels: 2;
  }

  /** A piece to begin. */
  interface PlayerRequest {
    /** Id of a model from the list of models. */
    model: string;
    /** Seed of the piece; null: it is drawn. */
    seed?: number | null;
    controls?: ControlValues;
    audio_prompt?: AudioPromptRequest | null;
  }

  /** A snapshot that can be heard and seen. */
  interface PreviewInfo {
    /** Number of the snapshot: an epoch or a step. */
    snapshot: number;
    step: number;
  }

  /** The reason why a request was not carried out. */
  interface Problem {
    code: ProblemCode;
    parameters: Record<string, string | number>;
    /** The sentence in English. */
    detail: string;
    /** What is wrong in particular. */
    parts: ProblemPart[];
  }

  /** Reasons why a request was not carried out. */
  type ProblemCode = "foreign_host" | "foreign_site" | "token_needed" | "token_wrong" | "body_too_large" | "body_too_slow" | "too_many_connections" | "no_route" | "no_method" | "no_page_file" | "invalid_request" | "no_model" | "no_snapshot" | "snapshot_gone" | "clips_only" | "no_player" | "too_many_players" | "too_far_ahead" | "forgotten" | "too_much_at_once" | "prompt_too_short" | "too_many_pulls" | "too_many_clips" | "closing" | "listener_left" | "no_clip" | "clip_damaged" | "clip_too_short" | "no_loops" | "part_outside" | "part_too_short" | "no_match" | "upload_too_large" | "too_many_parts" | "too_many_uploads" | "no_form" | "upload_in_use" | "nothing_usable" | "no_upload" | "no_recording" | "no_folder" | "relative_folder" | "folder_empty" | "folder_without_audio" | "folder_of_genres" | "folder_outside" | "folder_too_large" | "folder_too_deep" | "folder_too_much" | "too_many_surveys" | "folders_refused" | "no_job" | "run_exists" | "other_job_runs" | "job_runs" | "job_finished" | "job_not_finished" | "job_ended_by_monitor" | "no_step_times" | "job_not_running" | "job_in_use" | "no_preview" | "nothing_to_show" | "command_too_slow" | "answer_too_large" | "command_ended" | "command_failed" | "unknown_key" | "model_unusable" | "corpus_unusable" | "audio_unusable" | "run_unusable" | "other" | "http" | "fault";

  /** One of several things that are wrong: with a field of a request, or with a file. */
  interface ProblemPart {
    code: FieldCode | RefusalCode;
    parameters: Record<string, string | number>;
    /** The sentence in English. */
    detail: string;
    /** The field's path or the file's name. */
    place: string;
  }

  /** Reasons why a file is skipped, and flaws of a file that is used. */
  type RecordingCode = "not_audio" | "no_ending" | "unreadable_folder" | "not_a_file" | "empty_file" | "cannot_open" | "cannot_decode" | "implausible_header" | "extra_needed" | "only_tags" | "no_audio_track" | "decoding_stopped" | "not_numbers" | "above_full_scale" | "too_long" | "no_samples" | "silent" | "too_short" | "duplicate" | "same_music" | "excerpt" | "damaged" | "cut_off" | "truncated" | "partial" | "clipped" | "antiphase" | "dead_channel" | "mostly_silent" | "generated" | "dc_offset" | "dc_removed" | "long_silence" | "quiet" | "band_limited" | "shared_music" | "flawed_clips" | "other";

  /** Why a file is skipped, or a flaw of a file that is used. */
  interface RecordingMessage {
    code: RecordingCode;
    parameters: Record<string, string | number>;
    /** The sentence in English. */
    detail: string;
  }

  /** Reasons why a file of an upload is not taken. */
  type RefusalCode = "not_audio" | "no_ending" | "too_large" | "empty" | "too_many" | "of_system" | "bad_name";

  /** Controls that OSC and MIDI have changed. */
  interface RemoteControls {
    /** Whether the studio listens to OSC or MIDI at all. */
    is_listening: boolean;
    /** Number of changes up to now. */
    count: number;
    /** New values by the names of the controls; null leaves a control to the seed. */
    controls: Record<string, number | string | null>;
  }

  /** Work before the first training step. */
  type Stage = "recordings" | "features" | "codec" | "notes";

  /** A file within the recording that it is joined into. */
  interface SurveyClip {
    path: string;
    start_seconds: number;
  }

  /** A file of a folder, or a recording that short files are joined into. */
  interface SurveyFile {
    path: string;
    usable: boolean;
    /** Why it is skipped; null: it is used. */
    refusal: RecordingMessage | null;
    /** What is wrong with a file that is used. */
    flaws: RecordingMessage[];
    seconds: number;
    sample_rate: number;
    channels: number;
    encoding: string;
    peak_db: number;
    loudness_lufs: number | null;
    content_hash: string;
    /** Paths of the recordings that hold some of the same music. All of them are trained on, or all of them are held out. */
    shares_with: string[];
    /** What a joined recording holds; empty: it is one file. */
    clips: SurveyClip[];
  }

  /** A folder, file by file, as `riffsmith survey --json` prints it. */
  interface SurveyInfo {
    /** Its name, without the folders that it is in. */
    folder: string;
    genre: string | null;
    entries: SurveyFile[];
    /** Recordings that usable files are joined into, in the order of their paths, because they are too short by themselves. The corpus has these in their place. */
    joined: SurveyFile[];
    minutes: number;
    usable: number;
    skipped: number;
    /** Length of the recordings that are skipped because they are too short, even joined. */
    too_short_minutes: number;
    sample_rates: Record<string, number>;
    channel_counts: Record<string, number>;
    /** Paths of the recordings that the training leaves out, to compare with, unless it is asked to hold out others. */
    held_out: string[];
    /** Length of what is held out. */
    held_out_minutes: number;
    /** Where one recording is cut, because there are too few to hold out a whole one: the second from which on it is held out. Null: whole recordings are held out. */
    held_out_from_seconds: number | null;
    /** Whether this is enough material. */
    grade: MaterialGrade;
    /** Who made the recordings and under which licence: known of the demo songs; null: it is not known. */
    credit: string | null;
    training_preset: string;
    /** Length of all training steps of the preset. */
    training_seconds: number;
    /** Length of the work before the first step. */
    preparation_seconds: number;
    /** Fraction of a training's minutes that its steps get at least, however long the preparation takes. */
    least_steps_fraction: number;
  }

  /** Recordings to survey. */
  interface SurveyRequest {
    /** `upload:` and its key, `demo`, or the absolute path of a folder on this computer; `~` is the home folder of the studio's user. */
    source: string;
  }

  /** The files of an upload. */
  interface UploadInfo {
    /** Name of the upload for surveys and trainings. */
    source: string;
    files: UploadedFile[];
    /** Files that were not taken, with the reason. */
    refused: ProblemPart[];
  }

  /** A file that was taken. */
  interface UploadedFile {
    name: string;
    bytes: number;
  }
}
