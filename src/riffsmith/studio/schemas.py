"""Schemas that all parts of the studio share: bases, messages, problems, models.

A `Request` is the body of a request; unknown fields are refused. A `Response` is what the server
sends: all of its fields are always there.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from riffsmith.messages import MessageCode, Parameter
from riffsmith.studio.messages import FieldCode, ProblemCode, RefusalCode

LARGEST_SEED = 2**53 - 1
"""The largest whole number that a browser holds exactly."""
LAST_SAMPLE = 10**12

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
SamplePosition = Annotated[int, Field(ge=0, le=LAST_SAMPLE)]


class Request(BaseModel, frozen=True):
    """Base of all bodies that a client sends."""

    model_config = ConfigDict(extra="forbid")


class Response(BaseModel, frozen=True):
    """Base of all answers."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Message(Response, frozen=True):
    """A sentence, with the code and the parameters that it is made from."""

    code: str
    parameters: dict[str, Parameter] = {}
    detail: str = Field(description="The sentence in English.")

    @classmethod
    def of(cls, code: MessageCode, **parameters: Parameter) -> Self:
        """Makes the sentence."""
        return cls(code=code, parameters=parameters, detail=code.say(**parameters))


class ProblemPart(Message, frozen=True):
    """One of several things that are wrong: with a field of a request, or with a file."""

    code: FieldCode | RefusalCode
    place: str = Field(description="The field's path or the file's name.")


class Problem(Message, frozen=True):
    """The reason why a request was not carried out."""

    code: ProblemCode
    parts: list[ProblemPart] = Field(default=[], description="What is wrong in particular.")

    @classmethod
    def describe(
        cls, code: ProblemCode, parts: Sequence[ProblemPart] = (), /, **parameters: Parameter
    ) -> Self:
        """Makes the sentence.

        Args:
            code: What is wrong.
            parts: What is wrong in particular, for `{parts}` in the sentence.
            **parameters: Values in the sentence.
        """
        listed = "; ".join(f"{part.place}: {part.detail}" for part in parts)
        detail = code.say(**parameters, **({"parts": listed} if parts else {}))
        return cls(code=code, parameters=parameters, detail=detail, parts=list(parts))


class Health(Response, frozen=True):
    """An answer that shows that the server runs."""

    version: str


class ModelInfo(Response, frozen=True):
    """A model that can be played."""

    id: str
    kind: Literal["shipped", "run", "bundle"]
    title: str
    preset: str
    sample_rate: int = Field(description="Sample rate in Hz.")
    credits: list[str] = Field(description="The recordings that it was trained on.")
    streams: bool = Field(description="Whether it plays endless pieces.")
    snapshots: list[int] = Field(
        description="Numbers of the snapshots of a run, ascending; empty: it is no run."
    )
    snapshot: int = Field(description="Number of the snapshot that is played.")
    unit: Literal["epoch", "step"] = Field(description="What snapshots are numbered by.")
