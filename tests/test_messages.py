from enum import unique

import pytest

from riffsmith.errors import AudioError, CorpusError
from riffsmith.messages import Count, Message, MessageCode


@unique
class FruitCode(MessageCode):
    RIPE = "ripe", "{name} has {count:.1f} spots"
    GONE = "gone", "gone"


class FruitMessage(Message, frozen=True):
    code: FruitCode


def test_a_sentence_is_made_from_code_and_parameters():
    message = FruitMessage.of(FruitCode.RIPE, name="pear", count=2.25)
    assert message.text == "pear has 2.2 spots"
    assert message.code == "ripe"
    assert FruitCode.GONE.say() == FruitCode.GONE.sentence == "gone"


def test_a_message_comes_back_from_json_with_its_numbers():
    message = FruitMessage.of(FruitCode.RIPE, name="pear", count=3.0)
    text = message.model_dump_json()
    assert text == '{"code":"ripe","parameters":{"name":"pear","count":3.0}}'
    again = FruitMessage.model_validate_json(text)
    assert again == message
    assert again.code is FruitCode.RIPE
    with pytest.raises(ValueError, match="'ripe' or 'gone'"):
        FruitMessage.model_validate({"code": "rotten"})


def test_an_error_carries_the_message():
    error = FruitMessage.of(FruitCode.RIPE, name="fig", count=1).to_error(CorpusError)
    assert isinstance(error, CorpusError)
    assert (str(error), error.code) == ("fig has 1.0 spots", "ripe")
    assert error.parameters == {"name": "fig", "count": 1}
    assert (AudioError("plain").code, AudioError("plain").parameters) == (None, {})


def test_a_number_of_things_has_its_plural():
    """In a sentence of a code, where the number is one of the parameters, and by itself."""

    @unique
    class BasketCode(MessageCode):
        HOLDS = "holds", "{path} holds {pears:pear|pears}, {weight:g} kg"

    assert BasketCode.HOLDS.say(path="it", pears=1, weight=2) == "it holds 1 pear, 2 kg"
    assert BasketCode.HOLDS.say(path="it", pears=0, weight=0.5) == "it holds 0 pears, 0.5 kg"
    assert f"{Count(1):step|steps}, {Count(3):step|steps}" == "1 step, 3 steps"
    assert f"{Count(1200):,}" == "1,200"
