"""A stream of texts by several processes: what one process gives, and what happens around it."""

import gc
import pickle
import threading
from itertools import count

import pytest

from tagger.errors import ModelError, SettingsError
from tagger.inference.tagger import Tagger, load
from tagger.saved import write_model
from tests.inference.random_models import random_model

TEXT = "Ada lives in Paris.  The U.S. in 1990\r\nwas walking.\n\nWalks in 東京, Ada! "
TEXTS = [TEXT, "", "Ada.", " ", TEXT * 1000, *[f"{TEXT}{number}" for number in range(1500)]]


@pytest.fixture(scope="module")
def nlp():
    return Tagger(random_model(1))


def shown(sentences):
    return [(s.tokens, s.starts, s.ends, s.text, s.tags, s.probabilities, s.spans("ner")) for s in sentences]


@pytest.mark.parametrize(
    "options",
    [{}, {"probabilities": True, "line_breaks": "paragraph"}, {"min_probability": 0.4}],
    ids=["plain", "probabilities", "least probability"],
)
def test_several_processes_give_what_one_gives(nlp, options):
    alone = nlp.pipe(TEXTS, **options)
    together = nlp.pipe(TEXTS, workers=2, **options)
    for one, other in zip(alone, together, strict=True):
        assert shown(one) == shown(other)


def test_what_comes_with_a_text_stays_in_this_process(nlp):
    lock = threading.Lock()  # cannot be pickled
    pairs = list(nlp.pipe([("Ada lives.", lock), ("", None)], as_tuples=True, workers=2))
    assert [(len(tagged), context) for tagged, context in pairs] == [(1, lock), (0, None)]


def test_a_loaded_tagger_travels_as_its_folders(tmp_path):
    for seed in (1, 2):
        (tmp_path / str(seed)).mkdir()
        write_model(tmp_path / str(seed), random_model(seed))
    vote = load(tmp_path / "1", tmp_path / "2", tasks=["ner"], memory=1000)
    content = pickle.dumps(vote)
    assert len(content) < 1000
    assert pickle.loads(content).tag_tokens(["Ada"]).tags == vote.tag_tokens(["Ada"]).tags
    assert [s.tags for [s] in vote.pipe(["Ada."], workers=2)] == [s.tags for [s] in vote.pipe(["Ada."])]


def test_an_error_of_the_processes_is_raised_here(tmp_path):
    write_model(tmp_path, random_model(1))
    nlp = load(tmp_path)
    (tmp_path / "model.json").unlink()
    with pytest.raises(ModelError) as error:
        list(nlp.pipe(["Ada."], workers=2))
    assert str(error.value) == (
        f"{tmp_path}: expected a model folder with model.json, found vocabulary.json, weights.safetensors."
    )


def test_an_exception_of_the_texts_passes(nlp):
    def texts():
        yield from TEXTS
        raise KeyError("source")

    with pytest.raises(KeyError, match="source"):
        list(nlp.pipe(texts(), workers=2))


def test_a_stream_left_early_ends_its_processes_and_has_read_a_bounded_number(nlp):
    asked = count()
    stream = nlp.pipe((f"Ada {next(asked)}" for _ in count()), workers=2)
    for _ in range(10):
        next(stream)
    assert next(asked) <= 10_000
    stream.close()
    del stream
    gc.collect()  # an unended process would warn


@pytest.mark.parametrize("workers", [0, -1])
def test_no_worker_is_refused(nlp, workers):
    with pytest.raises(SettingsError) as error:
        nlp.pipe(["Ada"], workers=workers)
    assert str(error.value) == f"workers: expected at least 1, found {workers}."


def test_tagged_sentences_can_be_pickled(nlp):
    for sentence in [*nlp.tag(TEXT, probabilities=True), nlp.tag_tokens(["Ada", "lives"])]:
        assert shown([pickle.loads(pickle.dumps(sentence))]) == shown([sentence])
