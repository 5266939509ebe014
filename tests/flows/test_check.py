"""Looking a corpus over from the command line: the sample, a broken file, its repaired copy, standard input."""

import json
from pathlib import Path

from tests.flows.program import JOINED, sample, tagger

COLUMNS = ("--columns", "word,pos,ner")


def test_the_sample_has_one_warning(tmp_path: Path) -> None:
    """A tag that only the development part has; `--strict` minds it."""
    sample(tmp_path)
    output = tagger("check", *JOINED, "--strict", cwd=tmp_path, code=1).stdout
    assert "  sample.dev.conllu:162: the tag WP$ of xpos, which train has not (1 token).\n" in output
    assert "0 errors, 1 warning" in output
    for name in ("conll", "jsonl"):
        columns = ("--columns", "word,xpos,ner") if name == "conll" else ()
        files = ("--train", f"sample.train.{name}", "--dev", f"sample.dev.{name}")
        assert "0 errors, 1 warning" in tagger("check", *files, *columns, cwd=tmp_path).stdout


def test_a_broken_file_is_checked_repaired_and_prepared(tmp_path: Path) -> None:
    text = (sample(tmp_path) / "sample.train.conll").read_text().replace("I-PER", "B-PER", 1)
    rows = text.split("\n")
    rows[2:2] = ["Ada NNP I-per", "smiled VBD", "", "wo\u200drds NNS O", ". . O", ""]
    (tmp_path / "a.conll").write_bytes("\r\n".join(rows).encode())
    broken = tagger("check", "a.conll", *COLUMNS, cwd=tmp_path, code=1)
    assert "a.conll:4: expected 3 columns (word, pos, ner), found 2." in broken.stdout
    found = json.loads(tagger("check", "a.conll", *COLUMNS, "--json", cwd=tmp_path, code=1).stdout)[
        "findings"
    ]
    assert {"wrong-number-of-columns", "zero-width", "line-ends"} <= {finding["kind"] for finding in found}
    assert tagger("prep", "out", "--train", "a.conll", *COLUMNS, cwd=tmp_path, code=1).stderr.startswith(
        "error: a.conll:4"
    )
    tagger("check", "a.conll", *COLUMNS, "--fix", "-o", "b.conll", cwd=tmp_path)
    assert "0 errors, 0 warnings" in tagger("check", "b.conll", *COLUMNS, cwd=tmp_path).stdout
    tagger("prep", "out", "--train", "b.conll", *COLUMNS, cwd=tmp_path)
    assert "0 errors, 0 warnings" in tagger("check", "out", cwd=tmp_path).stdout
    error = tagger("check", "a.conll", *COLUMNS, "--fix", "-o", "b.conll", cwd=tmp_path, code=1).stderr
    assert error.startswith("error: b.conll: expected a new path, found an existing one.")


def test_standard_input_is_checked(tmp_path: Path) -> None:
    output = tagger(
        "check", "-", "--kind", "broken-tag", cwd=tmp_path, stdin="a O\nb I-X\n\nc B-X\nd O\n", code=1
    ).stdout
    assert "  -:2: expected B-X in ner (IOB2), found I-X after O." in output
