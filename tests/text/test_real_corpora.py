"""Published corpora, where they are at hand: sizes, entities, joins, schemes, time.

Oracle: the figures that the corpora are published with (sentences, tokens, entities by conlleval).
"""

import os
from pathlib import Path
from time import perf_counter

import pytest

from tagger.text.corpus import Source, read_corpus
from tagger.text.schemes import convert, count_spans

DATA = Path(os.environ.get("TAGGER_DATA", Path(__file__).parents[2].parent / "shared" / "data"))

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no corpora at {DATA}; set TAGGER_DATA")

EWT_MAPS = ("ner:OTH=O", "ner:B-O=O")


def _source(path: str, **options) -> Source:
    if not (DATA / path).exists():
        pytest.skip(f"{path} is not in {DATA}")
    return Source((str(DATA / path),), **options)


CORPORA = [  # path, sentences, tokens, column, entities, scheme found
    ("conll2003/eng.train", 14_041, 203_621, "ner", 23_499, "IOB1"),
    ("conll2003/eng.testa", 3_250, 51_362, "ner", 5_942, "IOB1"),
    ("conll2000/train.txt", 8_936, 211_727, "chunk", 106_978, "IOB2"),
    ("conll2002/esp.train", 8_323, 264_715, "ner", 18_798, "IOB2"),
    ("conll2002/esp.testa", 1_915, 52_923, "ner", 4_352, "IOB2"),
    ("conll2002/ned.train", 15_806, 202_644, "ner", 13_344, "IOB2"),
    ("conll2002/ned.testa", 2_895, 37_687, "ner", 2_616, "IOB2"),
    ("wnut17/wnut17train.conll", 3_394, 62_730, "ner", 1_975, "IOB2"),
    ("wnut17/emerging.dev.conll", 1_009, 15_733, "ner", 836, "IOB2"),
]


@pytest.mark.parametrize(("path", "sentences", "tokens", "column", "entities", "scheme"), CORPORA)
def test_column_files_have_their_published_sizes(path, sentences, tokens, column, entities, scheme):
    start = perf_counter()
    corpus = read_corpus(_source(path, broken_tags="repair"))
    seconds = perf_counter() - start
    assert (len(corpus.sentences), sum(len(s.tokens) for s in corpus.sentences)) == (sentences, tokens)
    assert next(iter(corpus.found.values()))[column] == scheme
    assert count_spans(s.tags[column] for s in corpus.sentences).total() == entities
    for target in ("IOB1", "IOBES"):
        tags = [convert(s.tags[column], "IOB2", target) for s in corpus.sentences]
        assert count_spans(tags).total() == entities
        assert [convert(t, target, "IOB2") for t in tags] == [s.tags[column] for s in corpus.sentences]
    assert seconds < 20  # about one; a reader that is not linear takes minutes


@pytest.mark.parametrize(
    ("split", "sentences", "tokens", "entities"),
    [("train", 12_543, 204_579, 7_005), ("dev", 2_001, 25_149, 966)],
)
def test_all_sentences_of_both_ewt_layers_align(split, sentences, tokens, entities):
    layer = DATA / f"ewt/en_ewt-ud-{split}.iob2"
    corpus = read_corpus(_source(f"ewt/en_ewt-ud-{split}.conllu", join=(str(layer),), maps=EWT_MAPS))
    assert (len(corpus.sentences), sum(len(s.tokens) for s in corpus.sentences)) == (sentences, tokens)
    assert corpus.schemes == {"upos": "none", "xpos": "none", "ner": "IOB2"}
    counts = count_spans(s.tags["ner"] for s in corpus.sentences)
    assert counts.total() == entities and set(counts) == {"PER", "LOC", "ORG"}
    assert len({tag for s in corpus.sentences for tag in s.tags["upos"]}) == 17


@pytest.mark.parametrize(("split", "sentences", "tokens"), [("train", 2_231, 50_502), ("dev", 412, 9_999)])
def test_sequoia_has_universal_tags_alone(split, sentences, tokens):
    corpus = read_corpus(_source(f"fr_sequoia/fr_sequoia-ud-{split}.conllu"))
    assert (len(corpus.sentences), sum(len(s.tokens) for s in corpus.sentences)) == (sentences, tokens)
    assert corpus.schemes == {"upos": "none"}


def test_documents_of_conll_2003_are_counted():
    corpus = read_corpus(_source("conll2003/eng.train"))
    assert len({s.document for s in corpus.sentences}) == 946
