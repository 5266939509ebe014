"""The lines that a run writes on stderr."""

import pytest
import typer

from tagger.cli.text_progress import closing, duration, finish, so_far
from tagger.errors import DataError
from tagger.recipes.text_run import TagReport

BAD = DataError("b.txt", 3, "UTF-8 text", "the byte 0xff")


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (
            TagReport(files=1, total=1, sentences=2, tokens=10, seconds=4, path="a.txt"),
            "10 tokens, 2 tokens/s  a.txt",
        ),
        (
            TagReport(
                files=1,
                skipped=4,
                total=8,
                failed=[BAD],
                tokens=5000,
                seconds=10,
                path="c",
                size=400,
                bytes=100,
            ),
            "6/8 files, 5,000 tokens, 500 tokens/s, 25%, 0:30 left, 1 failed  c",
        ),
    ],
)
def test_the_progress_line_says_what_is_done_and_what_is_left(report: TagReport, line: str) -> None:
    assert so_far(report) == line


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (
            TagReport(files=1, sentences=1, tokens=4, seconds=2),
            "1 sentence, 4 tokens in 2.00 s (2 tokens/s)",
        ),
        (TagReport(files=1000, seconds=2), "1,000 files, 0 sentences, 0 tokens in 2.00 s"),
        (
            TagReport(files=1, skipped=3000, failed=[BAD, BAD], linked_folders=2),
            "1 file, 0 sentences, 0 tokens in 0.00 s, 3,000 done before, 2 failed, 2 folder links not followed",
        ),
        (TagReport(linked_folders=1), "0 sentences, 0 tokens in 0.00 s, 1 folder link not followed"),
    ],
)
def test_the_closing_line_counts(report: TagReport, line: str) -> None:
    assert closing(report) == line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3661, "1:01:01"), (93_784, "1 d 02:03")],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("quiet", "last"), [(False, "0 files, 0 sentences, 0 tokens in 0.00 s, 1 failed\n"), (True, "")]
)
def test_each_failure_is_a_line_and_the_exit_code_is_1(
    capsys: pytest.CaptureFixture[str], quiet: bool, last: str
) -> None:
    with pytest.raises(typer.Exit) as end:
        finish(TagReport(failed=[BAD]), quiet=quiet)
    assert end.value.exit_code == 1
    assert capsys.readouterr().err == f"error: b.txt:3: expected UTF-8 text, found the byte 0xff.\n{last}"
