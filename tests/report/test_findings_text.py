import pytest
from canned import event, self_test

from riffsmith.corpus import Corpus
from riffsmith.evaluation import SelfTestRow
from riffsmith.report import LANGUAGES
from riffsmith.report.findings_text import describe_detected, describe_expected, describe_mark
from riffsmith.report.history import History
from riffsmith.report.texts import Texts
from riffsmith.runs import RunFolder, RunRecord
from riffsmith.training.monitor.events import EventCode

EVENTS = [
    (EventCode.NEAREST, {"snapshot": 2, "unit": "epoch", "distance": 3.5}, "3.5"),
    (EventCode.HEALTHY, {"snapshot": 2, "unit": "epoch"}, "healthy"),
    (EventCode.OVERFITTING, {"gap": 0.7123}, "at 0.712 of the way"),
    (EventCode.COLLAPSE, {"since_step": 6, "limit": 0.2, "diversity": 0.1}, "since epoch 2 they"),
    (EventCode.NOT_FINITE, {"step": 9, "names": ["output_mean"]}, "mean of the output"),
    (EventCode.LOSS_NOT_FINITE, {"step": 9}, "losses"),
    (
        EventCode.RUNAWAY,
        {
            **{"since_step": 8, "generator_gradient": 1e6, "discriminator_gradient": None},
            "deviation": 12.0,
        },
        "since epoch 2.7 (gradient of the generator 1,000,000, gradient of the discriminator –,",
    ),
    (
        EventCode.PLATEAU,
        {"snapshot": 2, "unit": "epoch", "distance": 3.5, "measurements": 1},
        "1 measurement found no snapshot nearer to real music than epoch 2",
    ),
]


def test_every_event_is_explained_from_its_parameters(started: tuple[RunFolder, RunRecord]):
    run, _ = started
    run.append_metrics({"event": "log", "epoch": 1, "step": 3})
    assert {code for code, _, _ in EVENTS} == set(EventCode)
    for code, parameters, _ in EVENTS:
        run.append_metrics(event("stop", 9, code.value, parameters))
    history = History(run)
    for language in LANGUAGES:
        for mark, (_, _, words) in zip(history.marks, EVENTS, strict=True):
            text = describe_mark(mark, history, Texts(language))
            assert "{" not in text
            assert words in text or language != "en", text


@pytest.fixture
def row(corpus: Corpus) -> SelfTestRow:
    """A row of the self-test that passed."""
    return self_test(corpus).rows[0]


def test_a_measure_of_several_may_suffice(row: SelfTestRow):
    texts = Texts("en")
    names = ("kad_musicnn", "kad_aisfx", "clicks")
    both = row.model_copy(update={"must_detect": (names[:1], names[1:2])})
    assert describe_expected(both, texts) == "Kernel distance (musicnn); Kernel distance (aisfx)"
    any_of = row.model_copy(update={"must_detect": (names,)})
    expected = "Kernel distance (musicnn), Kernel distance (aisfx) or Clicks"
    assert describe_expected(any_of, texts) == expected
    nothing = row.model_copy(update={"must_detect": ()})
    assert describe_expected(nothing, texts) == "no measure"


def test_five_measures_are_named(row: SelfTestRow):
    names = ("kad_aisfx", "kad_musicnn", "clicks", "peak_db", "relief", "continuity", "my_own")
    found = describe_detected(row.model_copy(update={"detected": names}), Texts("es"))
    assert found.endswith("Contraste entre secciones y 2 más")
    nothing = row.model_copy(update={"detected": ()})
    assert describe_detected(nothing, Texts("es")) == "ninguna medida"
