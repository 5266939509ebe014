"""Tagged sentences packed into columns and back."""

import pickle

import pytest

from tagger.inference.packing import pack, unpack
from tagger.inference.tagger import Tagger
from tests.inference.random_models import random_model

TEXTS = ["Ada lives in Paris. The U.S. in 1990\r\nwas walking.", "", "Walks in 東京, Ada!", " \n", "naïve"]


@pytest.mark.parametrize("options", [{}, {"probabilities": True}, {"min_probability": 0.5}], ids=str)
def test_sentences_come_back_as_they_were(options):
    nlp = Tagger(random_model(1))
    tagged = [nlp.tag(text, **options) for text in TEXTS]
    packed = pickle.loads(pickle.dumps(pack(tagged, nlp.tasks)))
    found = list(unpack(packed, TEXTS, {task: nlp.scheme(task) for task in nlp.tasks}))
    for sentences, before in zip(found, tagged, strict=True):
        for one, other in zip(sentences, before, strict=True):
            assert (one.tokens, one.starts, one.ends, one.text) == (
                other.tokens,
                other.starts,
                other.ends,
                other.text,
            )
            assert (one.tags, one.probabilities) == (other.tags, other.probabilities)
            assert [one.spans(task) for task in nlp.tasks] == [other.spans(task) for task in nlp.tasks]
