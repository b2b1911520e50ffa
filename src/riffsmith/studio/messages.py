"""Sentences that the studio sends, each with a code that programs and the page go by.

A message on the wire has three parts: a code, its parameters, and the English sentence that is made
from both. The page makes its own sentences from code and parameters, in each of its languages; the
texts stand in `page/en.js` and `page/es.js` under the same codes.
"""

from enum import StrEnum

from riffsmith.messages import MessageCode


class ProblemCode(MessageCode):
    """Reasons why a request was not carried out."""

    # Requests that are refused before anything looks at their content.
    FOREIGN_HOST = "foreign_host", "the name {host!r} is not this studio's: open it by its own"
    FOREIGN_SITE = "foreign_site", "another site's page asked for this: open the studio itself"
    TOKEN_NEEDED = (
        "token_needed",
        "this studio asks for its token: open the address that it printed when it began",
    )
    TOKEN_WRONG = (
        "token_wrong",
        "this is not the token of this studio: open the address that it printed when it began",
    )
    BODY_TOO_LARGE = (
        "body_too_large",
        "more was sent than is taken here (at most {megabytes} MB): send less at once",
    )
    BODY_TOO_SLOW = "body_too_slow", "the request did not arrive in time: send it again"
    TOO_MANY_CONNECTIONS = (
        "too_many_connections",
        "there are {most} connections from this address, which is the most: close some pages, or "
        "try again in a minute",
    )
    NO_ROUTE = "no_route", "there is nothing at {path!r}: see /openapi.json"
    NO_METHOD = "no_method", "{method} is not possible here: see /openapi.json"
    NO_PAGE_FILE = "no_page_file", "the page has no file {file!r}"
    INVALID_REQUEST = "invalid_request", "{parts}"

    # Models and players.
    NO_MODEL = "no_model", "no model {model!r}: the list of models names those there are"
    NO_SNAPSHOT = "no_snapshot", "{model} has no snapshot yet: wait for the first one"
    SNAPSHOT_GONE = (
        "snapshot_gone",
        "{model} has no snapshot {number}: the list of models names those there are",
    )
    CLIPS_ONLY = (
        "clips_only",
        "model {model} is of preset {preset} and plays clips alone: endless pieces need one of "
        "preset latent",
    )
    NO_PLAYER = (
        "no_player",
        "no player {player!r}: it was closed, or unused for {minutes:.0f} minutes; open a new one",
    )
    TOO_MANY_PLAYERS = (
        "too_many_players",
        "{most} pieces are being played, which is the most: close one, or try again in a minute",
    )
    TOO_FAR_AHEAD = (
        "too_far_ahead",
        "sample {sample} is more than {seconds:g} s beyond what was played ({played}): change the "
        "controls when it comes near",
    )
    FORGOTTEN = (
        "forgotten",
        "sample {sample} was played too long ago: this piece is remembered from second "
        "{second:.0f} on",
    )
    TOO_MUCH_AT_ONCE = (
        "too_much_at_once",
        "{count} samples are more than {seconds} s: ask for {most} at most",
    )
    PROMPT_TOO_SHORT = (
        "prompt_too_short",
        "{name}: {seconds:.1f} s lie behind second {second:g}, and {least:g} are the least to "
        "begin with: begin earlier",
    )
    TOO_MANY_PULLS = (
        "too_many_pulls",
        "{most} requests for samples of this piece are waiting, which is the most: wait for their "
        "answers",
    )
    TOO_MANY_CLIPS = (
        "too_many_clips",
        "{most} clips are waiting to be made, which is the most: try again in a minute",
    )
    CLOSING = "closing", "the studio is being closed"
    LISTENER_LEFT = "listener_left", "the listener left before this was done"

    # Clips.
    NO_CLIP = "no_clip", "no clip {clip!r}: it may have been deleted"
    CLIP_DAMAGED = "clip_damaged", "clip {clip!r} cannot be read: delete the clip"
    CLIP_TOO_SHORT = (
        "clip_too_short",
        "a clip is a second or longer, and only {seconds:.2f} s lie before sample {sample}: listen "
        "on first",
    )
    NO_LOOPS = (
        "no_loops",
        "model {model} is of preset {preset} and has no clock of beats: loops need one of preset "
        "latent",
    )
    PART_OUTSIDE = (
        "part_outside",
        "the part ends at sample {end}, and the clip has {samples}: choose a part within the clip",
    )
    PART_TOO_SHORT = (
        "part_too_short",
        "a part is a second or longer, and this one has {seconds:.2f} s: choose a longer one",
    )
    NO_MATCH = "no_match", "this clip has no match {number}: its originality lists them"

    # Recordings.
    UPLOAD_TOO_LARGE = (
        "upload_too_large",
        "at most {gigabytes} GB are taken at once: send fewer files",
    )
    TOO_MANY_PARTS = "too_many_parts", "at most {most} files are sent at once: send fewer files"
    TOO_MANY_UPLOADS = (
        "too_many_uploads",
        "{most} uploads are being received, which is the most: try again in a minute",
    )
    NO_FORM = (
        "no_form",
        "this is no form with files (multipart/form-data, whose parts have the name 'files'): send "
        "one",
    )
    UPLOAD_IN_USE = (
        "upload_in_use",
        "training {name!r} needs this upload until it is finished: delete the training first",
    )
    NOTHING_USABLE = (
        "nothing_usable",
        "none of these files can be used ({parts}): send recordings",
    )
    NO_UPLOAD = "no_upload", "no upload {source!r}: send the files again"
    NO_RECORDING = "no_recording", "there is no recording {path!r} in what was looked through"
    NO_FOLDER = "no_folder", "no folder {folder!r} on this computer: check the path"
    RELATIVE_FOLDER = (
        "relative_folder",
        "the folder must be a whole path that begins with / or ~, found {folder!r}: write it whole",
    )
    FOLDER_EMPTY = "folder_empty", "folder {folder!r} is empty: put recordings into it"
    FOLDER_WITHOUT_AUDIO = (
        "folder_without_audio",
        "there is no audio in folder {folder!r}: name the folder that holds the recordings",
    )
    FOLDER_OF_GENRES = (
        "folder_of_genres",
        "folder {folder!r} has a folder for each genre ({genres}): name one of these, because a "
        "model learns one kind of music",
    )
    FOLDER_OUTSIDE = (
        "folder_outside",
        "this studio does not read folder {folder!r}: it reads the folders that `riffsmith studio "
        "--music FOLDER` names, or your home folder where it names none",
    )
    FOLDER_TOO_LARGE = (
        "folder_too_large",
        "this folder holds more than {most} files and folders: choose the one of the recordings",
    )
    FOLDER_TOO_DEEP = (
        "folder_too_deep",
        "more than {most} folders lie within each other there: choose the one of the recordings",
    )
    FOLDER_TOO_MUCH = (
        "folder_too_much",
        "this folder holds more than {gigabytes} GB of recordings: choose a smaller one",
    )
    TOO_MANY_SURVEYS = (
        "too_many_surveys",
        "{most} folders are being looked through, which is the most: try again in a minute",
    )
    FOLDERS_REFUSED = (
        "folders_refused",
        "folders of this computer can be named only where the studio listens to this computer "
        "alone: upload the recordings",
    )

    # Trainings.
    NO_JOB = "no_job", "no training {name!r}: the list of jobs names those there are"
    RUN_EXISTS = "run_exists", "there is a run {name!r} already: choose another name"
    OTHER_JOB_RUNS = (
        "other_job_runs",
        "training {name} is running, and this computer trains {most} at a time: stop it first, or "
        "wait",
    )
    JOB_RUNS = "job_runs", "training {name!r} is running: only a stopped one can go on"
    JOB_FINISHED = (
        "job_finished",
        "training {name!r} is finished: say how many more minutes it is to be trained",
    )
    JOB_NOT_FINISHED = (
        "job_not_finished",
        "training {name!r} is not finished: let it go on to its end first, without minutes",
    )
    JOB_ENDED_BY_MONITOR = (
        "job_ended_by_monitor",
        "the monitor ended training {name!r}, and would end it again: start a new one",
    )
    NO_STEP_TIMES = (
        "no_step_times",
        "no step of training {name!r} was timed, so its minutes cannot be planned: start a new one",
    )
    JOB_NOT_RUNNING = (
        "job_not_running",
        "training {name!r} does not run: there is nothing to stop",
    )
    JOB_IN_USE = (
        "job_in_use",
        "training {name!r} is running or being measured: stop it or wait, then try again",
    )
    NO_PREVIEW = "no_preview", "training {name!r} has no preview {number}: see its list"
    NOTHING_TO_SHOW = "nothing_to_show", "training {name!r} has nothing to show yet: wait a little"

    # Commands that run beside the server, and everything else.
    COMMAND_TOO_SLOW = (
        "command_too_slow",
        "this took longer than {minutes:g} minutes and was ended: try less at once",
    )
    ANSWER_TOO_LARGE = (
        "answer_too_large",
        "the answer is larger than {megabytes} MB: try less at once",
    )
    COMMAND_ENDED = "command_ended", "the command ended without a word: try again"
    COMMAND_FAILED = "command_failed", "{reason}"
    UNKNOWN_KEY = "unknown_key", "{reason}"
    MODEL_UNUSABLE = "model_unusable", "{reason}"
    CORPUS_UNUSABLE = "corpus_unusable", "{reason}"
    AUDIO_UNUSABLE = "audio_unusable", "{reason}"
    RUN_UNUSABLE = "run_unusable", "{reason}"
    OTHER = "other", "{reason}"
    HTTP = "http", "{reason}"
    FAULT = "fault", "unexpected {kind}: the studio's own log says more"


class FieldCode(StrEnum):
    """What is wrong with one field of a request; the English sentence is pydantic's."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    PATTERN = "pattern"
    ABOVE = "above"
    FROM = "from"
    BELOW = "below"
    UP_TO = "up_to"
    CHOICE = "choice"
    NOT_JSON = "not_json"
    INVALID = "invalid"


class RefusalCode(MessageCode):
    """Reasons why a file of an upload is not taken."""

    NOT_AUDIO = "not_audio", "not an audio file ({ending})"
    NO_ENDING = "no_ending", "not an audio file (no ending)"
    TOO_LARGE = "too_large", "larger than {megabytes} MB: cut it into parts"
    EMPTY = "empty", "empty"
    TOO_MANY = "too_many", "at most {most} files are taken at once: send it with the next ones"
    OF_SYSTEM = "of_system", "a file manager's own file, without music"
    BAD_NAME = "bad_name", "{name!r} is no name for a file: rename it"


class OriginalityCode(MessageCode):
    """Reasons why there is no verdict on a clip; a verdict has its grade as its code."""

    WAITING = "waiting", "Being compared with the recordings."
    NO_RECORDINGS = (
        "no_recordings",
        "Not compared: the recordings that this model was trained on are not at hand here.",
    )
    TOO_SHORT = "too_short", "Not compared: a clip must be {seconds:g} s long or longer."
    FAILED = "failed", "Not compared: {reason}"


class MelodyCode(MessageCode):
    """Reasons why melodies were not compared: remarks of the evaluation with the same codes."""

    SHORT_CLIP = (
        "short_clip",
        "Melodies are not compared: a clip must be {needed:g} s long or longer for that.",
    )
    TOO_FEW_NOTES = (
        "too_few_notes",
        "Melodies are not compared: none of the clip's windows of {seconds:g} s has enough notes.",
    )
    FEW_HELD_OUT_NOTES = (
        "few_held_out_notes",
        "Melodies are not compared: the held-out music has enough notes in {windows} of the "
        "{needed} windows of {seconds:g} s that are needed.",
    )


class JobCode(MessageCode):
    """Reasons why a training ended before its time."""

    FAILED = "failed", "{reason}"
    INTERRUPTED = (
        "interrupted",
        "ended without a word, as when the computer goes down; it can go on",
    )
    OUTCOME_DAMAGED = (
        "outcome_damaged",
        "its file outcome.json is damaged, so how it ended is not known; it can go on",
    )
