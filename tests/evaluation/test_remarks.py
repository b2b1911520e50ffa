"""Remarks: every code has a sentence that its parameters fill."""

import re

import pytest
from pydantic import ValidationError

from riffsmith.errors import CorpusError
from riffsmith.evaluation import Remark, RemarkCode


def test_a_note_has_code_parameters_and_text_in_json():
    remark = Remark.of(RemarkCode.LOW_PASS, cutoff_khz=3.906)
    assert remark.model_dump(mode="json") == {
        "code": "low_pass",
        "parameters": {"cutoff_khz": 3.906},
        "text": "low-pass 3.91 kHz",
    }
    assert Remark.model_validate_json(remark.model_dump_json()) == remark
    with pytest.raises(ValidationError):
        Remark.model_validate({"code": "no_such_code"})


@pytest.mark.parametrize("code", RemarkCode)
def test_every_sentence_can_be_filled(code: RemarkCode):
    fields = re.findall(r"{(\w+)(:?)(\w+\|)?", code.sentence)
    parameters = {name: 2 if is_count else 2.0 if form else "x" for name, form, is_count in fields}
    text = Remark.of(code, **parameters).text
    assert text == text.strip() != ""
    assert "{" not in text


def test_an_error_has_the_code_and_parameters_of_its_note():
    error = Remark.of(RemarkCode.NO_TRAINING_RECORDING, path="songs").to_error(CorpusError)
    assert str(error) == "songs has no training recording to compare with: prepare it with more"
    assert (error.code, error.parameters) == ("no_training_recording", {"path": "songs"})
    assert (CorpusError("other").code, CorpusError("other").parameters) == (None, {})
