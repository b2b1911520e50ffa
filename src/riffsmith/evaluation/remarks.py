"""Remarks in results and errors: a code, its parameters, and the English sentence made from both.

Pages translate a remark by its code and parameters, so a sentence can be reworded at any time.
"""

from pydantic import computed_field

from riffsmith.messages import Message, MessageCode


class RemarkCode(MessageCode):
    """What a remark says."""

    # What the self-test did to the corpus's music, or compared with it.
    UNTOUCHED = "untouched", "same songs, untouched"
    LOW_PASS = "low_pass", "low-pass {cutoff_khz:.3g} kHz"
    NOISE = "noise", "noise, {decibels:g} dB below"
    GRIFFIN_LIM = "griffin_lim", "Griffin-Lim, {mels} mels"
    BACKWARDS = "backwards", "backwards"
    STATIONARY_NOISE = "stationary_noise", "noise of its spectrum"
    TONAL_PHASES = "tonal_phases", "random phases from 55 Hz to 5 kHz"
    BARS_TRANSPOSED = "bars_transposed", "every bar transposed at random"
    RHYTHM_SHUFFLED = "rhythm_shuffled", "beats of random length"
    REPEATED = "repeated", "{seconds:g} s repeated"
    ONE_RIFF = "one_riff", "one riff of {bars} bars throughout"
    SHUFFLED = "shuffled", "seconds shuffled"
    QUIETER = "quieter", "{decibels:g} dB quieter"
    OTHER_BAND = "other_band", "another band"
    OTHER_GENRE = "other_genre", "another genre"

    # Remarks on rows of the self-test.
    SCALED_CUTOFF = "scaled_cutoff", "{factor:g} of {falloff_khz:.3g} kHz, where this music ends"
    BANDS = "bands", "{others} against {home}"
    NO_SUB_FOLDERS = (
        "no_sub_folders",
        "not testable: needs recordings in sub-folders, one for each band",
    )
    SMALL_SUB_FOLDER = (
        "small_sub_folder",
        "not testable: needs {needed} recordings of one sub-folder, found {found}",
    )
    FEW_RECORDINGS = "few_recordings", "not testable: needs {needed} recordings, found {found}"
    NO_CONTRAST = "no_contrast", "not tested: name a folder of other music with --contrast"

    # Reasons of the grade of an evaluation.
    ALL_GOOD = "all_good", "its notes, colour, variety and beat are like those of its songs"
    FEW_NOTES = (
        "few_notes",
        "{notes:.2f} notes sound at a time, and {real:.2f} in real music of this kind",
    )
    FAR = "far", "it is {ratio:.1f} times as far from held-out music as the training recordings"
    MONOTONOUS = "monotonous", "it has {variety:.2f} of the variety of real music"
    WEAK_BEAT = (
        "weak_beat",
        "the strength of its beat is {strength:.2f}, and {real:.2f} in real music",
    )

    # Remarks on whole results.
    DETECTION_RULE = (
        "detection_rule",
        "A measure detects a change if its value lies further from the mean of untouched halves of "
        "this music, in standard deviations, than any measure's does in 99 of 100 halvings.",
    )
    TOO_FEW_NOTES = "too_few_notes", "none of its windows of {seconds:g} s has enough notes"
    FEW_HELD_OUT_NOTES = (
        "few_held_out_notes",
        "the held-out music has enough notes in {windows} of the {needed} windows of {seconds:g} s "
        "that are needed: prepare the corpus again and hold out more",
    )
    EMBEDDER_LEFT_OUT = (
        "embedder_left_out",
        "{embedder} is left out: its windows last {needed:.3g} s, and the passages {seconds:.3g} s",
    )
    OTHER_CORPUS = (
        "other_corpus",
        "the corpus (hash {found}) is not the one that the model was trained on ({expected}): what "
        "is held out here may have been trained on, and the scores look too good then",
    )
    EMBEDDINGS_NOT_KEPT = "embeddings_not_kept", "embeddings are not kept: {reason}"

    # Errors.
    NO_ROOM_FOR_PAIRS = (
        "no_room_for_pairs",
        "{path} has room for {room:pair|pairs} of passages of {seconds:g} s, as only recordings "
        "of a minute or more hold any, and {requested} are asked for; a self-test needs {needed}: "
        "prepare longer recordings, or give more --seconds",
    )
    NOTHING_HELD_OUT = (
        "nothing_held_out",
        "{path} holds out nothing, and music is compared with recordings that were not trained on: "
        "train again and hold some out",
    )
    NO_LONG_HELD_OUT_RECORDING = (
        "no_long_held_out_recording",
        "{path} has no held-out recording of {seconds:g} s or more: prepare it with longer "
        "recordings, or choose others with --hold-out",
    )
    NO_LONG_TRAINING_RECORDING = (
        "no_long_training_recording",
        "{path} has no training recording of {seconds:g} s or more: prepare it with longer "
        "recordings, or choose others with --hold-out",
    )
    FEW_WINDOWS = (
        "few_windows",
        "the held-out music that is compared has {found:window|windows} for {embedder}, and "
        "{needed} or more are needed: compare more music (--seconds), or hold out more "
        "(--hold-out)",
    )
    LITTLE_HELD_OUT_MUSIC = (
        "little_held_out_music",
        "{path} holds out {recordings:recording|recordings} ({seconds:.0f} s), and telling copies "
        "from chance needs half a minute or more of music that was not trained on: prepare it "
        "again with --hold-out and the name of a longer recording",
    )
    NO_TRAINING_RECORDING = (
        "no_training_recording",
        "{path} has no training recording to compare with: prepare it with more",
    )
    NO_LONG_FILE = (
        "no_long_file",
        "no file to evaluate is {seconds:g} s long: give it longer clips",
    )
    NOT_NUMBERS = (
        "not_numbers",
        "audio holds samples that are not numbers (NaN or infinite), first at {first}: repair or "
        "leave out the recording",
    )
    SHORT_CLIP = (
        "short_clip",
        "audio of {seconds:.2f} s is shorter than one window of {needed:g} s: give it a longer "
        "clip",
    )
    SHORT_FOR_EMBEDDER = (
        "short_for_embedder",
        "audio of {seconds:.2f} s is shorter than one window of {embedder} ({needed:.2f} s): give "
        "it a longer piece",
    )


class Remark(Message, frozen=True):
    """A remark: in JSON an object of `code`, `parameters` and the English `text`."""

    code: RemarkCode

    @computed_field
    @property
    def text(self) -> str:
        """The English sentence."""
        return self.code.say(**self.parameters)
