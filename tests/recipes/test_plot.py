"""Run folders to a picture: names, formats, refusals."""

from pathlib import Path

import pytest

from tagger.cli.app import run as run_command
from tagger.errors import ModelError, OutputExistsError, TaggerError
from tagger.recipes.plot import plot
from tests.recipes.test_history import LINE, write


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "run", LINE, {**LINE, "epoch": 2})


def test_the_picture_is_named_after_the_run(run: Path) -> None:
    assert plot([run]) == Path("run-curves.png")
    assert Path("run-curves.png").read_bytes().startswith(b"\x89PNG")
    other = write(run.parent / "other", LINE)
    assert plot([run, other]) == Path("runs-curves.png")
    assert sorted(path.name for path in run.parent.iterdir()) == [
        "other",
        "run",
        "run-curves.png",
        "runs-curves.png",
    ]


def test_the_ending_chooses_the_format(run: Path) -> None:
    plot([run], Path("a.SVG"))
    assert b"<svg" in Path("a.SVG").read_bytes()


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.png.txt"])
def test_another_ending_is_refused(run: Path, name: str) -> None:
    with pytest.raises(TaggerError) as caught:
        plot([run], Path(name))
    assert str(caught.value) == f"{name}: expected a name that ends in .png or .svg, found another."


def test_nothing_is_overwritten_without_force(run: Path) -> None:
    Path("a.png").write_text("mine")
    with pytest.raises(OutputExistsError):
        plot([run], Path("a.png"))
    assert Path("a.png").read_text() == "mine"
    plot([run], Path("a.png"), force=True)
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_is_not_there_is_refused(run: Path) -> None:
    with pytest.raises(TaggerError) as caught:
        plot([run], Path("none/a.png"))
    assert str(caught.value) == "none: expected a folder to write into, found none."


def test_a_picture_that_fails_leaves_nothing(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(page: object, kind: str) -> bytes:
        raise MemoryError

    monkeypatch.setattr("tagger.reports.plots.draw", fail)
    with pytest.raises(MemoryError):
        plot([run])
    assert [path.name for path in run.parent.iterdir()] == ["run"]


def test_nothing_to_draw_is_said(run: Path) -> None:
    old = {key: LINE[key] for key in ("epoch", "rate", "train_loss", "dev", "score", "best")}
    write(run, old)
    with pytest.raises(TaggerError) as caught:
        plot([run], what=["gradients", "saturated"])
    assert str(caught.value) == (
        f"{run}: expected something to draw, found no data of it. "
        "Runs of older versions recorded losses, development scores and rates only."
    )


def test_more_runs_than_colours_are_refused(run: Path) -> None:
    with pytest.raises(TaggerError) as caught:
        plot([run] * 8)
    assert str(caught.value) == "plot: expected at most 7 runs, found 8. Draw them in groups."


def test_runs_of_one_name_are_told_apart_by_their_paths(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (run.parent / "b").mkdir()
    second = write(run.parent / "b" / "run", LINE)
    seen = []

    def keep(page: object, kind: str) -> bytes:
        seen.append(list(page.runs))  # type: ignore[attr-defined]
        return b""

    monkeypatch.setattr("tagger.reports.plots.draw", keep)
    plot([run, second])
    assert seen == [[str(run), str(second)]]


def test_a_folder_without_a_run_is_an_error(run: Path) -> None:
    with pytest.raises(ModelError):
        plot([run, run.parent / "none"])


def test_the_command_prints_the_name_of_the_picture(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["plot", str(run), "-o", "a.svg", "--what", "score", "--what", "loss"]
    assert run_command(arguments) == 0
    assert capsys.readouterr().out == "a.svg\n"
    assert run_command(arguments) == 1
    assert "found an existing one" in capsys.readouterr().err
    assert run_command([*arguments, "--force"]) == 0
    assert capsys.readouterr().out == "a.svg\n"
    assert run_command(["plot", str(run), "--what", "everything"]) == 1
    expected = "expected one of loss, score, rate, gradients, updates, saturated, found 'everything'."
    assert capsys.readouterr().err == f"error: --what: {expected}\n"
