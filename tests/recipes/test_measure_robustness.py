"""scripts/measure_robustness.py: gold spans of a tiny corpus, how they follow each change of its text, and its scores."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from tagger.inference.spans import TaggedSentence
from tests.training.test_noise import damerau

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "measure_robustness.py"
CONLLU = """\
# newdoc id = a
# sent_id = a-1
# newpar id = a-p1
# text = Ada Lovelace can't wait, really.
1 Ada _ PROPN NNP _ _ _ _ _
2 Lovelace _ PROPN NNP _ _ _ _ _
3-4 can't _ _ _ _ _ _ _ _
3 ca _ AUX MD _ _ _ _ _
4 n't _ PART RB _ _ _ _ _
5 wait _ VERB VB _ _ _ _ SpaceAfter=No
6 , _ PUNCT , _ _ _ _ _
7 really _ ADV RB _ _ _ _ SpaceAfter=No
8 . _ PUNCT . _ _ _ _ _

# sent_id = a-2
# text = Oslo waits (still).
1 Oslo _ PROPN NNP _ _ _ _ _
2 waits _ VERB VBZ _ _ _ _ _
2.1 there _ ADV RB _ _ _ _ _
3 ( _ PUNCT ( _ _ _ _ SpaceAfter=No
4 still _ ADV RB _ _ _ _ SpaceAfter=No
5 ) _ PUNCT ) _ _ _ _ SpaceAfter=No
6 . _ PUNCT . _ _ _ _ _

# newpar id = a-p2
# sent_id = a-3
# text = Au revoir
1-2 Au _ _ _ _ _ _ _ _
1 à _ ADP IN _ _ _ _ _
2 le _ DET DT _ _ _ _ _
3 revoir _ NOUN NN _ _ _ _ _
"""
LAYER = {
    "a-3": "à O,le O,revoir O",  # in another order
    "a-2": "Oslo B-LOC,waits O,( O,still O,) O,. O",
    "a-1": "Ada B-PER,Lovelace I-PER,ca O,n't O,wait O,, O,really O,. O",
}


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_robustness", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


MODULE: Any = load_script()


@pytest.fixture
def gold(tmp_path: Path) -> Any:
    rows = [line if line.startswith("#") else line.replace(" ", "\t") for line in CONLLU.splitlines()]
    (tmp_path / "dev.conllu").write_text("\n".join(rows) + "\n", "utf-8")
    blocks = []
    for name, words in LAYER.items():
        pairs = [word.rpartition(" ")[::2] for word in words.replace(",,", ",\0").split(",")]
        lines = [f"{i}\t{form.replace(chr(0), ',')}\t{tag}\t-\t-" for i, (form, tag) in enumerate(pairs, 1)]
        blocks.append("\n".join([f"# sent_id = {name}", *lines]) + "\n")
    (tmp_path / "dev.iob2").write_text("\n".join(blocks), "utf-8")
    return MODULE.read_gold(tmp_path / "dev.conllu", tmp_path / "dev.iob2")


def test_words_have_the_spans_of_the_raw_text(gold: Any) -> None:
    """Words of a range stand inside it where they make it up, and on the whole of it where they do not."""
    assert gold.text == "Ada Lovelace can't wait, really. Oslo waits (still).\n\nAu revoir"
    assert gold.sentences() == [
        ["Ada", "Lovelace", "ca", "n't", "wait", ",", "really", "."],
        ["Oslo", "waits", "(", "still", ")", "."],
        ["Au", "Au", "revoir"],
    ]
    assert gold.words[:4] == [(0, 3), (4, 12), (13, 15), (15, 18)]
    assert gold.words[-3:] == [(54, 56), (54, 56), (57, 63)]
    assert gold.entities == [(0, 2, "PER"), (8, 9, "LOC")]
    assert gold.tags["upos"][:4] == ["PROPN", "PROPN", "AUX", "PART"]
    assert gold.tags["xpos"][-1] == "NN"


@pytest.mark.parametrize(
    ("copy", "text"),
    [
        ("clean", "Ada Lovelace can't wait, really. Oslo waits (still).\n\nAu revoir"),
        ("lower case", "ada lovelace can't wait, really. oslo waits (still).\n\nau revoir"),
        ("UPPER CASE", "ADA LOVELACE CAN'T WAIT, REALLY. OSLO WAITS (STILL).\n\nAU REVOIR"),
        ("Title Case", "Ada Lovelace Can't Wait, Really. Oslo Waits (still).\n\nAu Revoir"),
        ("no spaces 100 %", "Ada Lovelace can't wait,really.Oslo waits (still).\n\nAu revoir"),
    ],
)
def test_each_copy_has_its_text_and_the_gold_words_of_the_clean_one(gold: Any, copy: str, text: str) -> None:
    changed = gold.changed(MODULE.copies(0.1, 1.0)[copy](gold, Random(1)))
    assert changed.text == text
    plain = [form.casefold() for tokens in gold.sentences() for form in tokens]
    assert [form.casefold() for tokens in changed.sentences() for form in tokens] == plain
    assert changed.tags == gold.tags and changed.entities == gold.entities


def test_typos_stay_inside_their_words(gold: Any) -> None:
    changed = gold.changed(MODULE.copies(1.0, 0.5)["typos 100 %"](gold, Random(1)))
    pairs = zip(chain(*gold.sentences()), chain(*changed.sentences()), strict=True)
    able = {"Lovelace", "wait", "really", "Oslo", "waits", "still", "revoir"}
    assert all(damerau(before, after) == (before in able) for before, after in pairs)


def test_noise_depends_on_the_seed_alone(gold: Any) -> None:
    for edits in (MODULE.with_typos(0.5), MODULE.without_spaces(0.5)):
        drawn = [tuple(edits(gold, Random(seed))) for seed in (1, 1, *range(2, 9))]
        assert drawn[0] == drawn[1]
        assert len(set(drawn)) > 1


class Echo:
    """A stand-in for a model: cuts at white space, every token a NOUN, every capitalized one a PER."""

    tasks = ("upos", "ner")

    def scheme(self, task: str) -> str:
        return "IOBES"

    def tag(self, text: str, *, line_breaks: str) -> list[TaggedSentence]:
        starts = [i for i, c in enumerate(text) if not c.isspace() and (not i or text[i - 1].isspace())]
        tokens = [text[start:].split()[0] for start in starts]
        ends = [start + len(token) for start, token in zip(starts, tokens, strict=True)]
        return [
            TaggedSentence(tokens, self._tags(tokens), self._schemes, starts=starts, ends=ends, text=text)
        ]

    def tag_sentences(self, sentences: list[list[str]]) -> list[TaggedSentence]:
        return [TaggedSentence(tokens, self._tags(tokens), self._schemes) for tokens in sentences]

    _schemes = {"upos": "none", "ner": "IOBES"}  # noqa: RUF012

    def _tags(self, tokens: list[str]) -> dict[str, list[str]]:
        names = ["S-PER" if token[0].isupper() else "O" for token in tokens]
        return {"upos": ["NOUN"] * len(tokens), "ner": names}


def test_scores_compare_characters(gold: Any) -> None:
    """By hand: Echo finds ten tokens, of which Ada, Lovelace, Oslo, waits, Au, revoir are among the 17 gold ones (Au
    twice, which counts once); only revoir is a NOUN; of its entities Ada, Lovelace, Oslo, Au none is right."""
    scores = MODULE.score_raw(Echo(), gold)
    assert scores == pytest.approx({"tokens": 2 * 6 / (17 + 10), "upos": 2 / (17 + 10), "ner": 0.0})
    people = replace(gold, entities=[(0, 1, "PER"), (1, 2, "LOC")])
    assert MODULE.score_raw(Echo(), people)["ner"] == pytest.approx(2 / (2 + 4))


def test_gold_tokens_are_scored_by_their_places(gold: Any) -> None:
    """Echo's entities are Ada, Lovelace, Oslo and both words of Au; one of 17 words is a NOUN."""
    people = replace(gold, entities=[(0, 1, "PER"), (8, 9, "LOC"), (14, 15, "PER")])
    scores = MODULE.score_tokens(Echo(), people)
    assert scores == pytest.approx({"upos": 1 / 17, "ner": 2 * 2 / (3 + 5)})


def test_f1_counts_what_occurs_twice_twice() -> None:
    assert MODULE.f1([1, 1, 2], [1, 1, 1]) == pytest.approx(2 * 2 / 6)
    assert MODULE.f1([], []) == 0


def test_the_table_says_the_drop(capsys: pytest.CaptureFixture[str]) -> None:
    MODULE.print_table("from raw text", {"clean": {"upos": 0.9}, "typos": {"upos": 0.8512}})
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["from", "raw", "text", "upos"],
        ["clean", "90.00"],
        ["typos", "85.12", "-4.88"],
    ]


def test_words_that_are_not_those_of_the_layer_end_the_program(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("# sent_id = 1\n# text = a\n1\ta\n", "utf-8")
    (tmp_path / "b").write_text("# sent_id = 1\n1\tb\tO\n", "utf-8")
    with pytest.raises(SystemExit) as error:
        MODULE.read_gold(tmp_path / "a", tmp_path / "b")
    assert (
        str(error.value)
        == f"error: expected the tokens of {tmp_path / 'a'} in {tmp_path / 'b'}, found others in 1"
    )


def test_missing_corpora_are_said_in_one_line(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, str(SCRIPT), "model"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "TAGGER_DATA": str(tmp_path)},
        check=False,
    )
    missing = tmp_path / "ewt" / "en_ewt-ud-dev.conllu"
    assert (result.returncode, result.stdout) == (1, "")
    assert (
        result.stderr == f"error: expected {missing}, found none. Set TAGGER_DATA to the folder of corpora.\n"
    )
