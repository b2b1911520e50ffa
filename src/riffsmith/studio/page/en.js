export default {
  "page": {
    "skip": "Skip to the content",
    "tagline": "Endless music, learned from recordings",
    "sections": "Sections",
    "language": "Language",
    "close": "Close",
    "footer": "Riffsmith {version}"
  },
  "error": {
    "seed":
      "A seed is a whole number from 0 to {most:plain}. {found} is none, so the seed before stays.",
    "unreachable":
      "The studio does not answer: it may have been stopped. This page goes on as soon as it is back.",
    "unknown": "Something went wrong (code {status:plain}): try again.",
    "no_models":
      "There is no model yet: train one in the next section, or start the studio with --model and a run's folder."
  },
  "listen": {
    "title": "Listen",
    "stage": "The piece that plays now",
    "model": "Model",
    "alone": "{title} (clips alone)",
    "credits": {
      "one": "Learned from one recording",
      "other": "Learned from {count} recordings"
    },
    "play": "Play",
    "pause": "Pause",
    "seed": "Seed",
    "dice": "Another seed",
    "volume": "Volume",
    "keeping": "Keeping…",
    "kept": "{seconds:whole} s kept on the shelf: {title}.",
    "controls": "Controls",
    "controls_hint": "A change is heard within a second.",
    "changing": "Changing…",
    "changed": "Heard in {seconds:tenths} s…",
    "spectrogram":
      "Moving picture of the sound: time runs to the left, height is pitch from {low} Hz to {high} kHz, brightness is strength.",
    "idle": "Press play. The piece never ends, and a seed always gives the same one."
  },
  "state": {
    "idle": "Ready",
    "starting": "The piece is being prepared…",
    "playing": "Playing",
    "paused": "Paused",
    "late": "This computer is too slow to play it without pauses.",
    "away": "The connection is lost: trying again…"
  },
  "meter": {
    "level": "Level",
    "peak": "Peak",
    "rms": "RMS",
    "centre": "Spectral centroid",
    "db": "{value:whole} dB",
    "hz": "{value:whole} Hz",
    "silence": "silence",
    "text": "peak {peak}, RMS {rms}",
    "buffer": "Ready to play",
    "seconds": "{value:tenths} s"
  },
  "knob": {
    "auto": "auto",
    "auto_for": "Leave {name} to the seed",
    "intensity": "Intensity",
    "intensity_low": "calm",
    "intensity_high": "wild",
    "brightness": "Brightness",
    "brightness_low": "dark",
    "brightness_high": "bright",
    "tempo": "Tempo",
    "tempo_low": "slow",
    "tempo_high": "fast",
    "bpm": "{value:hundredths} bpm",
    "variation": "Variation",
    "variation_low": "one mood",
    "variation_high": "all moods",
    "form": "Form",
    "form_low": "never the same",
    "form_high": "one riff",
    "key": "Key",
    "key_low": "C",
    "key_high": "B",
    "tonics": "C C♯ D E♭ E F F♯ G A♭ A B♭ B",
    "transpose": "Transpose",
    "transpose_low": "an octave down",
    "transpose_high": "an octave up",
    "semitones": { "one": "{count:whole} semitone", "other": "{count:whole} semitones" },
    "morph": "Morph",
    "morph_low": "at once",
    "morph_high": "slowly",
    "morph_to": "To seed",
    "morph_seconds": "Time of the morph",
    "morph_dice": "Another seed to morph to",
    "within": "within {value:whole} s",
    "off": "off",
    "switch": "Morph to another seed"
  },
  "undo": {
    "undo": "Undo",
    "undo_it": "Undo the last change (Ctrl+Z)",
    "redo_it": "Redo what was undone (Ctrl+Shift+Z)"
  },
  "preset": {
    "list": "Presets of the knobs",
    "choose": "Choose a preset…",
    "none": "No preset yet",
    "name": "Name of a preset",
    "save": "Save the knobs",
    "saved": "Saved as preset “{name}”, in this browser.",
    "overwritten": "Preset “{name}” now has these knobs.",
    "delete": "Delete preset",
    "deleted": "Deleted: preset “{name}”.",
    "name_wrong":
      "The name of a preset has 1 to {most} characters: write one into the field, then save.",
    "too_many":
      "There are {most} presets, which is the most: delete one, or save under a name that there is.",
    "not_kept":
      "The browser has kept nothing: it is full, or it was told to keep nothing of this page.",
    "lost": {
      "one":
        "One preset, or the whole list, cannot be read and is left out. It is dropped when a preset is saved or deleted.",
      "other":
        "{count} presets cannot be read and are left out. They are dropped when a preset is saved or deleted."
    }
  },
  "link": {
    "copy": "Copy link",
    "copied": "Link copied: it opens this studio with this model, seed and knobs.",
    "by_hand": "The browser does not let this page copy. Here is the link:",
    "field": "Link to copy",
    "no_model":
      "The link asks for the model “{model}”, which is not here or plays clips alone: the model that was chosen stays.",
    "seed":
      "The link asks for the seed “{found}”, and a seed is a whole number from 0 to {most:plain}: the seed before stays.",
    "range":
      "The link has {name} “{found}”, and a value from {low:plain} to {high:plain} was expected: the knob is left as at first.",
    "key":
      "The link has {name} “{found}”, which is no key such as E or F#: the knob is left at auto.",
    "unknown": "The link has “{name}”, which this page does not know."
  },
  "compare": {
    "title": "Compare, blind",
    "hint":
      "Two clips of 10\u00a0s with the knobs as they stand, equally loud, in an order that is drawn.",
    "side_0": "One side",
    "side_1": "The other side",
    "snapshot": "Snapshot",
    "snapshot_of": "{title}, {at}",
    "make": "Make the clips",
    "making": "Making the clips…",
    "same": "Both sides are the same: choose another model, snapshot or seed for one of them.",
    "how": "Hear both, then vote. Nothing tells which is which before.",
    "keys": "Keys: 1 plays A, 2 plays B; ← votes for A, → for B, 0 for no difference.",
    "hear": "Play {letter}",
    "better": "{letter} is better",
    "no_difference": "No difference",
    "side": "{model}, seed {seed:plain}",
    "was": "A was {a}; B was {b}.",
    "preferred": "You preferred {title}.",
    "undecided": "You heard no difference.",
    "uncounted": "Only the seeds differ, so this vote is not counted.",
    "again": "Two more, with other seeds",
    "tally": "Votes so far, kept in this browser",
    "votes": "{first}: {wins:whole} · {second}: {losses:whole} · no difference: {ties:whole}.",
    "chance":
      "If each vote were the toss of a coin, a result as uneven as this or more would come in {chance:percentage} of all cases.",
    "no_preference": "No preference yet.",
    "forget": "Forget",
    "forget_it": "Forget the votes on {first} and {second}",
    "forgotten": "These votes are forgotten.",
    "lost":
      "Votes that this browser kept cannot be read and are left out. They are dropped at the next vote."
  },
  "keys": {
    "title": "Keyboard shortcuts",
    "play": "Play or pause",
    "undo": "Undo a change of knobs, seed or model",
    "redo": "Redo it",
    "first": "Blind comparison: play A",
    "second": "Blind comparison: play B",
    "prefer_first": "Blind comparison: A is better",
    "prefer_second": "Blind comparison: B is better",
    "no_difference": "Blind comparison: no difference",
    "help": "Show this sheet",
    "turn": "Turn the knob that has the focus",
    "turn_whole": "Turn it to one of its ends",
    "ctrl_key": "Ctrl",
    "shift_key": "Shift",
    "space_key": "Space",
    "home_key": "Home",
    "end_key": "End"
  },
  "prompt": {
    "title": "Begin with",
    "nothing": "nothing of your own",
    "choose": "A recording…",
    "sending": "being sent, {fraction:percent}",
    "second": "from (s)",
    "none": "Begin with nothing of my own",
    "noise_level": "How far the beginning is varied",
    "noise_level_low": "as it is",
    "noise_level_high": "only its kind"
  },
  "shelf": {
    "title": "Shelf",
    "empty":
      "Nothing kept yet. When you hear something good, keep it: its last seconds are put here, as a file that can be downloaded.",
    "clip": "{model}, seed {seed:plain}",
    "loop": {
      "one": "{title}, {bpm:hundredths} bpm, {count} bar",
      "other": "{title}, {bpm:hundredths} bpm, {count} bars"
    },
    "part": "{title}, {begin:tenths}–{end:tenths} s",
    "keep_last": "Keep the last",
    "keep_all": "Keep",
    "keep_length": "Length to keep, 10 min at most",
    "all": "all",
    "kept_less": "{length} had not been played yet.",
    "make_loop": "Make a loop",
    "loop_text":
      "Whole bars that repeat without a seam, with the model, the seed and the controls above. Tempo and key can be others here.",
    "as_above": "as above",
    "bars": "Bars",
    "bars_limits": "Bars are a whole number from 1 to 16.",
    "tempo": "Tempo (bpm)",
    "tempo_limits": "The tempo is a number from 40 to 320 beats a minute, or nothing.",
    "make": "Make it",
    "making": "Being made…",
    "added": "On the shelf: {title}.",
    "drag":
      "Download it, or drag it from here into a music program (in Chrome, Edge and other Chromium browsers)",
    "rename": "Rename",
    "rename_it": "Rename {title}",
    "new_title": "New title of {title}",
    "save": "Save",
    "cancel": "Cancel",
    "favourite": "Favourite: favourites come first",
    "favourite_it": "Favourite: {title}",
    "trim": "Trim",
    "trim_it": "Trim {title}",
    "waveform": "Waveform of {title}",
    "part_begin": "From (s)",
    "part_end": "To (s)",
    "second": "second {text}",
    "length": "{text} s",
    "play_part": "Play the part",
    "keep_part": "Keep the part as a clip",
    "picture": "Spectrogram of {title}",
    "player": "Play {title}",
    "download_as": "Download {title} as {format}",
    "notes":
      "Find the notes of the clip and download them as MIDI, without the drums. It takes a while, and some notes will be wrong.",
    "noting": "Finding notes…",
    "begin": "Go on from it",
    "begin_it": "Begin a piece with {title}",
    "began": "began with {name}",
    "delete": "Delete",
    "delete_it": "Delete {title}",
    "deleted": "Deleted: {title}.",
    "undo": "Undo",
    "untouched": "all left to the seed",
    "changed": {
      "one": "controls changed once",
      "other": "controls changed {count} times"
    },
    "side_by_side": "Compare with the nearest real passages",
    "ours": "This clip, second {second}",
    "theirs": "{recording}, second {second}",
    "semitones": {
      "one": "shifted by {count} semitone",
      "other": "shifted by {count} semitones"
    },
    "percentile": "nearer than {percentile} % of held-out music",
    "no_recording": "It cannot be played: the recordings are not here."
  },
  "grade": {
    "original": "original",
    "suspicious": "listen to it",
    "copied": "copied",
    "waiting": "being compared",
    "failed": "not compared"
  },
  "originality": {
    "original": {
      "by": "windows",
      "one":
        "No copy found: its one window is as far from the training music as held-out music is.",
      "other":
        "No copy found: all {windows} windows are as far from the training music as held-out music is."
    },
    "suspicious": {
      "by": "suspicious",
      "one":
        "Listen to it: {suspicious} of {windows} windows is nearer to the training music than 99 % of held-out music, though none by far; second {at} is most like second {second} of {recording}.",
      "other":
        "Listen to it: {suspicious} of {windows} windows are nearer to the training music than 99 % of held-out music, though none by far; second {at} is most like second {second} of {recording}."
    },
    "copied": {
      "by": "suspicious",
      "one":
        "Copied: {suspicious} of {windows} windows is nearer to the training music than held-out music is; second {at} is most like second {second} of {recording}.",
      "other":
        "Copied: {suspicious} of {windows} windows are nearer to the training music than held-out music is; second {at} is most like second {second} of {recording}."
    },
    "waiting": "Being compared with the recordings.",
    "no_recordings":
      "Not compared: the recordings that this model was trained on are not at hand here.",
    "too_short": "Not compared: a clip must be {seconds} s long or longer.",
    "failed": "Not compared: {reason}"
  },
  "melody": {
    "original": {
      "by": "windows",
      "one": "No copied melody found in {windows} window of 10\u00a0s.",
      "other": "No copied melody found in {windows} windows of 10\u00a0s."
    },
    "suspicious": {
      "by": "suspicious",
      "one":
        "Listen to the melody: {suspicious} of {windows} windows of 10\u00a0s is nearer to a melody of the training music than 99 % of held-out music, though none by far; second {at} is most like second {second} of {recording}.",
      "other":
        "Listen to the melody: {suspicious} of {windows} windows of 10\u00a0s are nearer to a melody of the training music than 99 % of held-out music, though none by far; second {at} is most like second {second} of {recording}."
    },
    "copied": {
      "by": "suspicious",
      "one":
        "Melody copied: {suspicious} of {windows} windows of 10\u00a0s is nearer to a melody of the training music than held-out music is; second {at} is most like second {second} of {recording}.",
      "other":
        "Melody copied: {suspicious} of {windows} windows of 10\u00a0s are nearer to a melody of the training music than held-out music is; second {at} is most like second {second} of {recording}."
    },
    "unjudged": {
      "one": "One more window has too few notes to be judged.",
      "other": "{count} more windows have too few notes to be judged."
    },
    "short_clip": "Melodies are not compared: a clip must be {needed} s long or longer for that.",
    "too_few_notes":
      "Melodies are not compared: none of the clip's windows of {seconds} s has enough notes.",
    "few_held_out_notes":
      "Melodies are not compared: the held-out music has enough notes in {windows} of the {needed} windows of {seconds} s that are needed."
  },
  "train": {
    "title": "Train",
    "new": "A new model from your recordings",
    "new_text":
      "Half an hour of music of one kind is a good beginning; everything stays on this computer.",
    "drop": "Drop recordings or a folder here",
    "browse": "or choose files",
    "pick": "Choose recordings",
    "uploading": {
      "one": "Sending one file: {fraction:percent}",
      "other": "Sending {count} files: {fraction:percent}"
    },
    "folder": "A folder on this computer",
    "folder_example": "~/Music/band",
    "look": "Look through it",
    "look_demo": "Look through them",
    "demo": "The demo songs",
    "demo_text": "Four metal songs under a free licence, to try it out.",
    "looking": "Looking through the recordings…",
    "refused": "Not taken ({count})",
    "found": "What was found",
    "usable": {
      "one": "usable recording",
      "other": "usable recordings"
    },
    "minutes": "minutes of music",
    "skipped": {
      "one": "skipped",
      "other": "skipped"
    },
    "joined": {
      "one": "short clips, which are joined into one recording",
      "other": "short clips, which are joined into {count} recordings"
    },
    "too_short": "in files that are too short, even joined: add more of them",
    "warned": "with remarks",
    "estimate": "for a whole training here",
    "preparation": "of it before the first step",
    "times":
      "About {preparation:duration} of preparation, then {steps:duration} of training steps.",
    "times_longer":
      "The preparation takes about {preparation:duration}, which leaves too little of these minutes: training steps get {steps:duration} all the same, so the training takes about {total:duration}.",
    "skipped_files": "Skipped files and why ({count})",
    "warned_files": "Files with remarks ({count})",
    "recording": "recording",
    "reason": "reason",
    "remark": "remark",
    "minutes_of": "minutes",
    "hold_out": "hold out",
    "held_out":
      "Held out of the training: {count} of {total} ({minutes:tenths} of {all:tenths} minutes)",
    "held_out_end":
      "Held out of the training: the end of {path}, from {from:clock} on ({minutes:tenths} minutes)",
    "held_out_text":
      "The training does not use the recordings that are ticked here. The scores compare with them, so they tell how near the model is to music that it has not seen. About a tenth of the music is ticked. Recordings that share music are ticked together.",
    "held_out_end_text":
      "There are too few recordings of similar length to hold out a whole one, so the longest is cut: the training uses its beginning, and the scores compare with its end. The two are more alike than two recordings are, so the scores look better than they would with more recordings. Tick recordings to hold out whole ones.",
    "held_out_none":
      "Nothing is held out: the training uses everything, and no score can be measured.",
    "held_out_all": "Everything is held out: nothing is left to train on.",
    "use_all": "Hold nothing out",
    "hear": "Play {path}",
    "cannot_hear": "This browser cannot play {path}; the training can use it all the same.",
    "name": "Name of the model",
    "name_hint": "Letters, digits, - and _",
    "time": "Minutes of training",
    "time_hint": "The preparation included. Empty: until it is done",
    "credit": "Whose music it is",
    "credit_hint":
      "Who made it, and under which licence. The report and the files of every clip name it. May stay empty.",
    "start": "Start training",
    "starting": "Starting…",
    "started": "Training {name} has begun."
  },
  "field": {
    "name":
      "A name begins with a letter or a digit and has letters, digits, - and _ alone, 64 at most.",
    "minutes": "Minutes are a number from 0.1 to 10080, or nothing.",
    "more_minutes": "Minutes are a number from 0.1 to 10080."
  },
  "material": {
    "enough": "enough material",
    "few_recordings": "enough minutes, but few recordings: the model will know only these",
    "little": "little: it will train, with little variety; 15–60 minutes are better",
    "very_little": "very little: expect copies or collapse; 15 minutes or more are better",
    "too_little": "not enough: less than a minute of audio; give it at least 5 minutes"
  },
  "recording": {
    "not_audio": "not an audio file ({ending})",
    "no_ending": "not an audio file (no ending)",
    "unreadable_folder": "folder cannot be read",
    "not_a_file": "not a regular file",
    "empty_file": "the file is empty (0 bytes)",
    "cannot_open": "cannot be opened ({cause})",
    "cannot_decode": "not readable as audio ({cause})",
    "implausible_header": "implausible header ({channels} channels at {sample_rate} Hz)",
    "extra_needed": "{ending} needs the extra for AAC, M4A and video: install riffsmith[av]",
    "only_tags": "holds tags (title, picture) and no audio",
    "no_audio_track": "has no audio track",
    "decoding_stopped": "decoding stopped ({cause})",
    "not_numbers": "holds samples that are not numbers (NaN or infinite), first at {first}",
    "above_full_scale": "holds samples {factor} times above full scale: the file is damaged",
    "too_long": "longer than {hours} hours: cut it into parts",
    "no_samples": "holds no samples",
    "silent": "silent (its peak stays below {limit_db:whole} dB of full scale)",
    "too_short": "too short: {seconds:tenths} s, a segment needs at least {needed:tenths} s",
    "duplicate": "same audio as {path}",
    "same_music": "the same music as {path}, in another file",
    "excerpt": "an excerpt of {path}, from its second {start:whole} on",
    "shared_music":
      "{seconds:whole} s of its music are in {path} too: both stay on the same side of the split",
    "flawed_clips": {
      "by": "clips",
      "one": "{clips} clip of it with flaws, which the survey of the folder names",
      "other": "{clips} clips of it with flaws, which the survey of the folder names"
    },
    "damaged": "damaged: decoding stopped ({cause}) after {seconds:tenths} s",
    "cut_off": "truncated: the file is cut off after {seconds:tenths} s",
    "truncated": "truncated: {seconds:tenths} s of {expected:tenths} s can be read",
    "partial":
      "shortened: the file holds more than the {seconds:tenths} s that were read; install riffsmith[av] to read all of it",
    "clipped": "clipped: {fraction:percentage} of the samples are at full scale",
    "antiphase":
      "channels in antiphase ({fraction:percentage} of their power is left in mono): the second one is inverted",
    "dead_channel":
      "channel {channel} (1 is left, 2 is right) is silent: it is filled from the other one",
    "mostly_silent":
      "mostly silence ({fraction:percentage} is below {limit_db:whole} dB of full scale): cut the silence out",
    "dc_offset":
      "DC offset of {fraction:percentage} of full scale: remove it with a high-pass filter at 20 Hz",
    "dc_removed":
      "DC offset of {fraction:percentage} of full scale: a high-pass filter at 20 Hz removes it",
    "long_silence": "{seconds:tenths} s of it lie in long silences, which are left out",
    "quiet": "very quiet ({loudness_lufs:tenths} LUFS): it is raised",
    "band_limited":
      "nothing above {limit_khz} kHz, although {sample_rate} Hz can hold it: use a better copy",
    "generated":
      "made by Riffsmith, as its tags say: take it out, or the music is learned from itself",
    "other": "{text}"
  },
  "uploads": {
    "title": {
      "one": "Recordings that you sent and that are kept: one upload ({megabytes} MB)",
      "other": "Recordings that you sent and that are kept: {count} uploads ({megabytes} MB)"
    },
    "files": {
      "one": "One file ({megabytes} MB)",
      "other": "{count} files ({megabytes} MB)"
    },
    "used": "Last used: {date}.",
    "needed": "Trained with it: {names}.",
    "until": "It is deleted a week after its last use.",
    "delete": "Delete",
    "delete_it": "Delete: {what}",
    "delete_sure": "Delete {what}? Models that were trained with it stay.",
    "deleted": "Deleted: {what}."
  },
  "runs": {
    "title": "Trainings",
    "empty": "No training yet. Give the studio some music above.",
    "distance": "Distance to real",
    "distance_hint":
      "1 = as near to music that was held out as the training recordings are. Lower is better.",
    "unmeasured": "not measured yet",
    "in_report": "in the report",
    "no_scores": "nothing held out",
    "held_out": "held out: {names} ({minutes:tenths} minutes)",
    "held_out_end": "held out: {names} from {from:clock} on ({minutes:tenths} minutes)",
    "held_out_none": "nothing is held out, so no score can be measured",
    "open": "Show training {name}",
    "running": "running",
    "stopped": "stopped",
    "finished": "finished",
    "failed": "failed",
    "progress": "Progress of {name}",
    "step": "step {step}",
    "step_of": "step {step} of {steps}",
    "epoch": "epoch {epoch}",
    "left": "{seconds:duration} left",
    "stage_left": "{seconds:duration} left of this stage",
    "best": "best: {snapshot}",
    "stop": "Stop",
    "stopping": "Stopping…",
    "resume": "Go on",
    "resuming": "Going on…",
    "more_minutes": "Minutes to train {name} on",
    "minutes_more": "more minutes",
    "rename": "Rename",
    "new_name": "New name of {name}",
    "delete": "Delete",
    "delete_sure":
      "Delete the training {name}, with its model and all its snapshots? This cannot be undone.",
    "deleting": "Deleting…",
    "deleted": "The training {name} is deleted.",
    "listen": "Listen to it",
    "evaluate": "Evaluate it",
    "losses": "Losses",
    "losses_unit": "loss",
    "distances": "Distance to real",
    "distances_unit": "times that of training",
    "generator": "generator",
    "discriminator": "discriminator",
    "generated": "generated",
    "as_real": "as real",
    "steps": "step",
    "too_early": "The curve begins with the second measurement.",
    "too_short": "This training was too short for a curve: one needs two measurements.",
    "alt": "{title}. {series}",
    "alt_one": "{name}: from {first} to {last}, between {low} and {high}.",
    "evolution": "Evolution",
    "evolution_text": "The same noise at every snapshot: hear it learn.",
    "no_previews": "The first preview comes soon.",
    "no_previews_ended": "This training ended before its first preview.",
    "preview_best": "best so far",
    "preview_picture": "Spectrogram of {snapshot}",
    "preview_player": "Play the preview of {snapshot}",
    "all_previews": "Show all {count}",
    "rolled_back": "going back to step {step}",
    "events": "Events",
    "no_events": "The monitor has noticed nothing."
  },
  "stage": {
    "recordings": "Preparing the recordings",
    "features": "Measuring the recordings",
    "codec": "Learning the sound: fitting the codec",
    "notes": "Learning the notes",
    "training": "Learning the music"
  },
  "snapshot": {
    "epoch": "epoch {number}",
    "step": "step {number}"
  },
  "job": {
    "failed": "{reason}",
    "interrupted":
      "ended without a message, as when the computer is switched off; it can be resumed",
    "outcome_damaged":
      "its file outcome.json is damaged, so how it ended is not known; it can be resumed"
  },
  "event_kind": {
    "best": "best so far",
    "rollback": "rollback",
    "overfitting": "overfitting",
    "stop": "stop"
  },
  "event": {
    "nearest":
      "{at} is the nearest to real music so far: distance {distance} (1 is as near as the training recordings are)",
    "healthy": "{at} is healthy; no distance to real music is measured yet",
    "overfitting":
      "the discriminator has memorised its training examples: its logits for held-out music are {gap} of the way to those for generated music; more recordings would help",
    "collapse":
      "samples have become alike: since step {since_step} they differ by less than {limit} of what real examples do (now {diversity})",
    "not_finite": "values are no longer finite at step {step}: {names}",
    "loss_not_finite": "the losses are no longer finite at step {step}",
    "runaway":
      "gradients or output have grown beyond all bounds since step {since_step}: gradients {generator_gradient} (generator) and {discriminator_gradient} (discriminator), standard deviation {deviation} times that of real examples",
    "plateau": {
      "one":
        "no snapshot has come nearer to real music than {at} (distance {distance}) in the last measurement",
      "other":
        "no snapshot has come nearer to real music than {at} (distance {distance}) in the last {count} measurements"
    }
  },
  "evaluate": {
    "title": "Evaluate",
    "empty_train": "Train a model",
    "run": "Training",
    "writing": "The report is being written: this may take a minute.",
    "empty": "The report of a training appears here once it has its first snapshot.",
    "frame": "Report of {name}",
    "open": "Open in a tab of its own",
    "not_measurable":
      "Nothing was held out of this training, so no score can be measured: scores compare with music that a model has not seen. Train again and hold recordings out.",
    "measure": "Measure it",
    "measuring": "Being measured: a few minutes…",
    "measured":
      "{name} was measured: the report tells how near to real music it is, how varied, and whether it copies.",
    "again": "Refresh"
  },
  "time": {
    "hours": "{hours} h {minutes} min",
    "minutes": "{minutes} min",
    "seconds": "{seconds:whole} s"
  },
  "problem": {
    "foreign_host": "the name “{host}” is not this studio's: open it by its own",
    "foreign_site": "another site's page asked for this: open the studio itself",
    "token_needed":
      "this studio asks for its token: open the address that it printed when it began",
    "token_wrong":
      "this is not the token of this studio: open the address that it printed when it began",
    "body_too_large":
      "more was sent than is taken here (at most {megabytes} MB): send less at once",
    "body_too_slow": "the request did not arrive in time: send it again",
    "too_many_connections":
      "there are {most} connections from this address, which is the most: close some pages, or try again in a minute",
    "no_route": "there is nothing at {path}",
    "no_method": "{method} is not possible here",
    "no_page_file": "the page has no file “{file}”",
    "invalid_request": "{parts}",
    "no_model": "no model “{model}”: it may have been removed",
    "no_snapshot": "{model} has no snapshot yet: wait for the first one",
    "snapshot_gone": "{model} has no snapshot {number}: choose another one",
    "clips_only":
      "model {model} is of preset {preset} and plays clips alone: endless pieces need one of preset latent",
    "no_player": "the piece {player} was closed, or unused for {minutes} minutes; begin a new one",
    "too_many_players":
      "{most} pieces are being played, which is the most: close one, or try again in a minute",
    "too_far_ahead":
      "sample {sample} is more than {seconds} s beyond what was played ({played}): change the controls when it comes near",
    "forgotten":
      "sample {sample} was played too long ago: this piece is remembered from second {second:whole} on",
    "too_much_at_once": "{count} samples are more than {seconds} s: ask for {most} at most",
    "prompt_too_short":
      "{name}: {seconds:tenths} s remain after second {second}, and at least {least} are needed: begin earlier",
    "too_many_pulls":
      "{most} requests for samples of this piece are waiting, which is the most: wait for their answers",
    "too_many_clips":
      "{most} clips are waiting to be made, which is the most: try again in a minute",
    "closing": "the studio is being closed",
    "listener_left": "the listener left before this was done",
    "no_clip": "there is no clip {clip}: it may have been deleted",
    "clip_damaged": "clip {clip} cannot be read: delete the clip",
    "clip_too_short":
      "a clip is a second or longer, and only {seconds} s lie before sample {sample}: listen on first",
    "no_loops":
      "model {model} is of preset {preset} and has no clock of beats: loops need one of preset latent",
    "part_outside":
      "the part ends at sample {end}, and the clip has {samples}: choose a part within the clip",
    "part_too_short":
      "a part is a second or longer, and this one has {seconds} s: choose a longer one",
    "no_match": "this clip has no match {number}",
    "upload_too_large": "at most {gigabytes} GB are taken at once: send fewer files",
    "too_many_parts": "at most {most} files are sent at once: send fewer files",
    "too_many_uploads":
      "{most} uploads are being received, which is the most: try again in a minute",
    "no_form": "this is no form with files: send files",
    "upload_in_use":
      "training {name} needs this upload until it is finished: delete the training first",
    "nothing_usable": "none of these files can be used ({parts}): send recordings",
    "no_upload": "there is no {source}: send the files again",
    "no_recording": "there is no recording “{path}” in what was looked through",
    "no_folder": "no folder “{folder}” on this computer: check the path",
    "relative_folder":
      "the folder must be a whole path that begins with / or ~, found “{folder}”: write it whole",
    "folder_empty": "folder “{folder}” is empty: put recordings into it",
    "folder_without_audio":
      "there is no audio in folder “{folder}”: name the folder that holds the recordings",
    "folder_of_genres":
      "folder “{folder}” has a folder for each genre ({genres}): name one of these, because a model learns one kind of music",
    "folder_outside":
      "this studio does not read folder {folder}: it reads the folders that `riffsmith studio --music FOLDER` names, or your home folder where it names none",
    "folder_too_large":
      "this folder holds more than {most} files and folders: choose the one of the recordings",
    "folder_too_deep":
      "more than {most} folders lie within each other there: choose the one of the recordings",
    "folder_too_much":
      "this folder holds more than {gigabytes} GB of recordings: choose a smaller one",
    "too_many_surveys":
      "{most} folders are being looked through, which is the most: try again in a minute",
    "folders_refused":
      "folders of this computer can be named only where the studio listens to this computer alone: upload the recordings",
    "no_job": "no training “{name}”: it may have been removed",
    "run_exists": "there is a run “{name}” already: choose another name",
    "other_job_runs":
      "training {name} is running, and this computer trains {most} at a time: stop it first, or wait",
    "job_runs": "training {name} is running: only a stopped one can go on",
    "job_finished": "training {name} is finished: say how many more minutes it is to be trained",
    "job_not_finished":
      "training {name} is not finished: let it go on to its end first, without minutes",
    "job_ended_by_monitor":
      "the monitor ended training {name}, and would end it again: start a new one",
    "no_step_times":
      "no step of training {name} was timed, so its minutes cannot be planned: start a new one",
    "job_not_running": "training {name} does not run: there is nothing to stop",
    "job_in_use": "training {name} is running or being measured: stop it or wait, then try again",
    "no_preview": "training {name} has no preview {number}",
    "nothing_to_show": "training {name} has nothing to show yet: wait a little",
    "command_too_slow": "this took longer than {minutes} min and was ended: try less at once",
    "answer_too_large": "the answer is larger than {megabytes} MB: try less at once",
    "command_ended": "the command ended without a message: try again",
    "command_failed": "{reason}",
    "unknown_key":
      "this model keeps no notes, so its key cannot be known: leave the key at auto and transpose it, or choose a model with tonal latents",
    "model_unusable": "{reason}",
    "corpus_unusable": "{reason}",
    "audio_unusable": "{reason}",
    "run_unusable": "{reason}",
    "other": "{reason}",
    "http": "{reason}",
    "fault": "unexpected {kind}: the studio's own log says more"
  },
  "part": {
    "missing": "a value is missing",
    "unknown": "there is no such field",
    "pattern": "not of the right form",
    "above": "must be greater than {limit}",
    "from": "must be {limit} or more",
    "below": "must be less than {limit}",
    "up_to": "must be {limit} or less",
    "choice": "must be one of {choices}",
    "not_json": "not JSON",
    "invalid": "{reason}",
    "not_audio": "not an audio file ({ending})",
    "no_ending": "not an audio file (no ending)",
    "too_large": "larger than {megabytes} MB: cut it into parts",
    "empty": "empty",
    "too_many": "at most {most} files are taken at once: send it with the next ones",
    "of_system": "a file manager's own file, without music",
    "bad_name": "no name for a file: rename it"
  }
};
