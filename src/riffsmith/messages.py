"""Sentences with codes: programs and translations go by the code, and people read the sentence."""

from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel

from riffsmith.errors import RiffsmithError

Parameter = str | int | float
Error = TypeVar("Error", bound=RiffsmithError)
MessageT = TypeVar("MessageT", bound="Message")


class Count(int):
    """A number of things, whose format is their name: `{recordings:recording|recordings}`.

    >>> f"{Count(1):recording|recordings}, {Count(2):recording|recordings}"
    '1 recording, 2 recordings'
    """

    def __format__(self, spec: str) -> str:
        one, is_named, other = spec.partition("|")
        if not is_named:
            return super().__format__(spec)
        return f"{int(self)} {one if self == 1 else other}"


def format_position(seconds: float) -> str:
    """Writes a position in a recording as hours, minutes and seconds.

    >>> format_position(166.4), format_position(3900)
    ('2:46', '1:05:00')

    Args:
        seconds: Position from the start of the recording.
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class MessageCode(StrEnum):
    """Base of the enumerations of codes.

    The value of a member is its code. `sentence` is its English text, with a replacement field for
    each parameter; that of a number of things may name them, as `Count` does. A sentence can be
    reworded at any time; a code is a format and stays.
    """

    sentence: str

    def __new__(cls, code: str, sentence: str) -> "MessageCode":
        """Makes a member from its code and its sentence."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member

    def say(self, **parameters: Parameter) -> str:
        """The English sentence with the parameters filled in."""
        counts = {name: Count(value) for name, value in parameters.items() if type(value) is int}
        return self.sentence.format(**{**parameters, **counts})


class Message(BaseModel, frozen=True):
    """A code and the values in its sentence; subclasses name the enumeration of their codes."""

    code: MessageCode
    parameters: dict[str, Parameter] = {}

    @classmethod
    def of(cls: type[MessageT], code: MessageCode, **parameters: Parameter) -> MessageT:
        """Makes a message with its parameters given as keywords."""
        return cls(code=code, parameters=parameters)

    @property
    def text(self) -> str:
        """The English sentence."""
        return self.code.say(**self.parameters)

    def to_error(self, kind: type[Error]) -> Error:
        """Makes an error whose message is the sentence, with this code and these parameters."""
        return kind(self.text, code=self.code.value, parameters=self.parameters)
