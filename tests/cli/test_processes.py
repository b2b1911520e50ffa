"""Commands that `torchrun` has started in several processes."""

import pytest

from riffsmith.cli.app import main


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["report"], "RUN is missing. Usage: riffsmith report"),
        (["report", "run"], "this command runs in one process, found 2: leave out torchrun"),
    ],
)
def test_only_the_main_process_says_what_is_wrong(
    words: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none")
    monkeypatch.setenv("WORLD_SIZE", "2")
    for rank, code in (("1", "0"), ("0", "1")):  # torchrun ends all when one of them fails
        monkeypatch.setenv("RANK", rank)
        with pytest.raises(SystemExit, match=code):
            main(words)
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
