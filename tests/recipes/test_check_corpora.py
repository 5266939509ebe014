"""What the check finds in published corpora, where they are at hand. Each place was looked at by hand."""

import os
from functools import cache
from pathlib import Path

import pytest

from tagger.recipes.check import CheckOptions, check
from tagger.text.findings import CheckReport

DATA = Path(os.environ.get("TAGGER_DATA", Path(__file__).parents[2].parent / "shared" / "data"))

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no corpora at {DATA}; set TAGGER_DATA"),
    pytest.mark.slow,
]

CORPORA = {
    "es": {"train": "conll2002/esp.train", "dev": "conll2002/esp.testa"},
    "nl": {"train": "conll2002/ned.train", "dev": "conll2002/ned.testa"},
    "wnut": {"train": "wnut17/wnut17train.conll", "dev": "wnut17/emerging.dev.conll"},
    "ewt": {
        "train": "ewt/en_ewt-ud-train.conllu", "join_train": "ewt/en_ewt-ud-train.iob2",
        "dev": "ewt/en_ewt-ud-dev.conllu", "join_dev": "ewt/en_ewt-ud-dev.iob2",
    },
    "conll2003": {"train": "conll2003/eng.train", "dev": "conll2003/eng.testa"},
}  # fmt: skip


@cache
def checked(name: str) -> CheckReport:
    if not all((DATA / path).exists() for path in CORPORA[name].values()):
        pytest.skip(f"{name} is not in {DATA}")
    return check(CheckOptions(**{split: (str(DATA / path),) for split, path in CORPORA[name].items()}))


@pytest.mark.parametrize(
    ("corpus", "kind", "place", "part", "count"),
    [
        ("es", "broken-tag", "esp.train:221619", "I-LOC at the start of the sentence", 1),
        ("es", "broken-tag", "esp.testa:30882", "I-LOC at the start of the sentence", 1),
        ("es", "leak", "esp.train:266956", "Telefónica es la mayor operadora", 1),
        ("es", "glued-punctuation", "esp.train:693", "'hoy,'", 36),
        ("es", "long-sentence", "esp.train:133662", "1,238 tokens", 1),
        ("nl", "document-row", "ned.train:1", "right before the rows of a sentence", 287),
        ("wnut", "zero-width", "emerging.dev.conll:16730", "'Dubbz\\ufeff'", 1),
        ("wnut", "zero-width-space", "emerging.dev.conll:15556", "'watched\\u200bwas'", 1),
        ("wnut", "white-space-line", "wnut17train.conll:28", "2,394 lines", 1),
        ("wnut", "html-entity", "wnut17train.conll:2049", "&amp;", 133),
        ("ewt", "odd-label", "en_ewt-ud-train.iob2:32", "B-O", 540),
        ("ewt", "mojibake", "en_ewt-ud-train.conllu:14007", "'Ã³l'", 1),
        ("ewt", "phrase-two-types", "en_ewt-ud-dev.iob2:30438", "'al - Qaeda' as LOC", 1),
        ("ewt", "label-only-in-train", "en_ewt-ud-train.iob2:8", "the type OTH of ner on 888 spans", 888),
        ("conll2003", "glued-sentences", "eng.testa:10497", "'low.In'", 1),
        ("conll2003", "needless-begin", "eng.train:152428", "B-MISC after O", 1),
        ("conll2003", "phrase-untagged", "eng.train:84335", "'Interior Ministry'", 1),
    ],
)
def test_what_is_true_of_a_corpus_is_found(corpus, kind, place, part, count):
    found = [f for f in checked(corpus).findings if f.kind == kind and str(f.place).endswith(f"/{place}")]
    assert [part in finding.found for finding in found] == [True]
    assert found[0].count == count


@pytest.mark.parametrize(
    ("corpus", "errors"), [("es", 2), ("nl", 0), ("wnut", 0), ("ewt", 0), ("conll2003", 0)]
)
def test_what_can_be_read_has_no_errors(corpus, errors):
    assert checked(corpus).count("error") == errors
