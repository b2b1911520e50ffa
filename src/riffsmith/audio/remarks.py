"""Codes and sentences for what is wrong with a recording."""

from enum import unique

from riffsmith.errors import AudioError
from riffsmith.messages import Message, MessageCode, Parameter


@unique
class RecordingCode(MessageCode):
    """Reasons why a file is skipped, and flaws of a file that is used."""

    # The file is not audio, or cannot be opened.
    NOT_AUDIO = "not_audio", "not an audio file ({ending})"
    NO_ENDING = "no_ending", "not an audio file (no ending)"
    UNREADABLE_FOLDER = "unreadable_folder", "folder cannot be read"
    NOT_A_FILE = "not_a_file", "not a regular file"
    EMPTY_FILE = "empty_file", "the file is empty (0 bytes)"
    CANNOT_OPEN = "cannot_open", "cannot be opened ({cause})"
    CANNOT_DECODE = "cannot_decode", "not readable as audio ({cause})"
    IMPLAUSIBLE_HEADER = (
        "implausible_header",
        "implausible header ({channels} channels at {sample_rate} Hz)",
    )
    EXTRA_NEEDED = (
        "extra_needed",
        "{ending} needs the extra for AAC, M4A and video: install riffsmith[av]",
    )
    ONLY_TAGS = "only_tags", "holds tags (title, picture) and no audio"
    NO_AUDIO_TRACK = "no_audio_track", "has no audio track"
    DECODING_STOPPED = "decoding_stopped", "decoding stopped ({cause})"

    # The samples cannot be used.
    NOT_NUMBERS = (
        "not_numbers",
        "holds samples that are not numbers (NaN or infinite), first at {first}",
    )
    ABOVE_FULL_SCALE = (
        "above_full_scale",
        "holds samples {factor:.3g} times above full scale: the file is damaged",
    )
    TOO_LONG = "too_long", "longer than {hours} hours: cut it into parts"
    NO_SAMPLES = "no_samples", "holds no samples"
    SILENT = "silent", "silent (its peak stays below {limit_db:.0f} dB of full scale)"
    TOO_SHORT = (
        "too_short",
        "too short: {seconds:.1f} s, a segment needs at least {needed:.1f} s",
    )
    DUPLICATE = "duplicate", "same audio as {path}"
    SAME_MUSIC = "same_music", "the same music as {path}, in another file"
    EXCERPT = "excerpt", "an excerpt of {path}, from its second {start} on"

    # Flaws of a file that is used.
    DAMAGED = "damaged", "damaged: decoding stopped ({cause}) after {seconds:.1f} s"
    CUT_OFF = "cut_off", "truncated: the file is cut off after {seconds:.1f} s"
    TRUNCATED = "truncated", "truncated: {seconds:.1f} s of {expected:.1f} s can be read"
    PARTIAL = (
        "partial",
        "shortened: the file holds more than the {seconds:.1f} s that were read; install "
        "riffsmith[av] to read all of it",
    )
    CLIPPED = "clipped", "clipped: {fraction:.1%} of the samples are at full scale"
    ANTIPHASE = (
        "antiphase",
        "channels in antiphase ({fraction:.1%} of their power is left in mono): the second one is "
        "inverted",
    )
    DEAD_CHANNEL = (
        "dead_channel",
        "channel {channel} (1 is left, 2 is right) is silent: it is filled from the other one",
    )
    MOSTLY_SILENT = (
        "mostly_silent",
        "mostly silence ({fraction:.1%} is below {limit_db:.0f} dB of full scale): "
        "cut the silence out",
    )
    GENERATED = (
        "generated",
        "made by Riffsmith, as its tags say: take it out, or the music is learned from itself",
    )
    DC_OFFSET = (
        "dc_offset",
        "DC offset of {fraction:.1%} of full scale: remove it with a high-pass filter at 20 Hz",
    )
    DC_REMOVED = (
        "dc_removed",
        "DC offset of {fraction:.1%} of full scale: a high-pass filter at 20 Hz removes it",
    )
    LONG_SILENCE = (
        "long_silence",
        "{seconds:.1f} s of it lie in long silences, which are left out",
    )
    QUIET = "quiet", "very quiet ({loudness_lufs:.1f} LUFS): it is raised"
    BAND_LIMITED = (
        "band_limited",
        "nothing above {limit_khz} kHz, although {sample_rate} Hz can hold it: use a better copy",
    )
    SHARED_MUSIC = (
        "shared_music",
        "{seconds} s of its music are in {path} too: both stay on the same side of the split",
    )

    FLAWED_CLIPS = (
        "flawed_clips",
        "{clips:clip|clips} of it with flaws, which the survey of the folder names",
    )

    # A sentence from a file that was written before there were codes.
    OTHER = "other", "{text}"


class RecordingRemark(Message, frozen=True):
    """A reason why a file is skipped, or a flaw of a file that is used."""

    code: RecordingCode

    @classmethod
    def from_text(cls, text: str) -> "RecordingRemark":
        """Makes a remark of a sentence that has no code."""
        return cls.of(RecordingCode.OTHER, text=text)

    @classmethod
    def from_error(cls, error: AudioError) -> "RecordingRemark":
        """Makes a remark of an error that `recording_error` made, or of any other audio error."""
        if error.code is None:
            return cls.from_text(str(error))
        return cls(code=RecordingCode(error.code), parameters=error.parameters)


def recording_error(code: RecordingCode, **parameters: Parameter) -> AudioError:
    """Makes an error with the sentence of a code as its message."""
    return RecordingRemark.of(code, **parameters).to_error(AudioError)
