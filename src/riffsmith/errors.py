"""Errors that Riffsmith raises on purpose.

    RiffsmithError
    ├── SettingsError             a preset or a setting that does not exist or does not fit
    ├── AudioError                a file that cannot be decoded, or cannot be written
    │   └── DecodingStoppedError  a file whose later part cannot be decoded
    ├── CorpusError               a folder of recordings, or a corpus, that cannot be used
    ├── RunError                  a run folder that is in use, damaged or of another kind
    └── ModelError                a bundle that is missing, damaged or unknown
        └── UnknownKeyError       a model whose pieces have no key that can be known

Each message says what was found, what was expected and what to do. The command line prints it in
one line and exits with code 1.
"""

from collections.abc import Mapping


class RiffsmithError(Exception):
    """Base of all errors that are the outside world's doing rather than a bug.

    Attributes:
        code: Name of the problem for programs and translations; `None` where it has no name.
        parameters: Values in the message by their names.
    """

    def __init__(
        self,
        *message: object,
        code: str | None = None,
        parameters: Mapping[str, str | int | float] | None = None,
    ) -> None:
        super().__init__(*message)
        self.code = code
        self.parameters = dict(parameters or {})


class SettingsError(RiffsmithError):
    """A preset or a setting does not exist or does not fit."""


class AudioError(RiffsmithError):
    """A file cannot be decoded as audio, or audio cannot be written or played."""


class DecodingStoppedError(AudioError):
    """A file cannot be decoded from some point on; the part before it is sound."""


class CorpusError(RiffsmithError):
    """A folder of recordings, or a prepared corpus, cannot be used."""


class RunError(RiffsmithError):
    """A run folder is in use, damaged or not the one that was asked for."""


class ModelError(RiffsmithError):
    """A bundle is missing, damaged or unknown."""


class UnknownKeyError(ModelError):
    """A key is asked of a model that has no tonal latents, so its pieces have no known key."""
