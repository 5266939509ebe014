"""The Python interface on small random models."""

import gc
from itertools import count

import pytest

import tagger
from tagger.errors import ModelError, SettingsError
from tagger.inference.tagger import Tagger, load
from tagger.saved import write_model
from tagger.text.schemes import spans_of
from tests.inference.random_models import IOBES, POS, random_model, random_sentences

TEXT = "Ada lives in Paris.  The U.S. in 1990\r\nwas walking.\n\nWalks in 東京, Ada!"


@pytest.fixture(scope="module")
def nlp():
    return Tagger(random_model(1))


def test_load_reads_a_saved_folder(tmp_path, nlp):
    write_model(tmp_path, random_model(1))
    for path in (tmp_path, str(tmp_path)):
        assert tagger.load(path).tag_tokens(["Ada", "lives"]).tags == nlp.tag_tokens(["Ada", "lives"]).tags


def test_a_missing_model_is_a_model_error(tmp_path):
    with pytest.raises(ModelError) as error:
        load(tmp_path / "nowhere")
    assert str(error.value) == (
        f"{tmp_path / 'nowhere'}: expected a model folder, found none. `tagger train`, `tagger pretrain` and `tagger finetune` write one."
    )


def test_tasks_and_labels_are_those_of_the_model(nlp):
    assert nlp.tasks == ("pos", "ner")
    assert nlp.labels("ner") == IOBES and nlp.labels("pos") == POS
    assert nlp.scheme("ner") == "IOBES"


def test_an_unknown_task_is_named():
    with pytest.raises(SettingsError) as error:
        Tagger(random_model(1), tasks=["chunk"])
    assert str(error.value) == "task: expected one of pos, ner, found 'chunk'."


def test_chosen_tasks_alone_are_tagged_and_as_before(nlp):
    some = Tagger(random_model(1), tasks=["ner"]).tag_tokens(["Ada", "lives"])
    assert some.tags == {"ner": nlp.tag_tokens(["Ada", "lives"]).tags["ner"]}


def test_offsets_cut_the_tokens_from_the_text(nlp):
    sentences = nlp.tag(TEXT)
    assert len(sentences) >= 3
    for sentence in sentences:
        assert sentence.tokens == [TEXT[a:b] for a, b in zip(sentence.starts, sentence.ends, strict=True)]
        assert sentence.text == TEXT[sentence.starts[0] : sentence.ends[-1]]
        assert len(sentence) == len(sentence.tokens)
        assert all(len(tags) == len(sentence.tokens) for tags in sentence.tags.values())


def test_spans_are_those_of_the_tags_with_their_text(nlp):
    spans = [(sentence, span) for sentence in nlp.tag(TEXT * 5) for span in sentence.spans("ner")]
    assert spans
    for sentence, span in spans:
        assert (span.start, span.end, span.label) in spans_of(sentence.tags["ner"], "IOBES")
        assert span.text == (TEXT * 5)[span.start_char : span.end_char]
        assert span.start_char == sentence.starts[span.start] and span.end_char == sentence.ends[span.end - 1]
        assert span.probability is None


def test_tasks_without_spans_have_none(nlp):
    assert nlp.tag_tokens(["Ada"]).spans("pos") == []


def test_offsets_of_ready_tokens_count_in_the_tokens_joined_by_spaces(nlp):
    tokens = ["Ada", "", "naïve", "東京", "."]
    sentence = nlp.tag_tokens(tokens)
    assert sentence.text == "Ada  naïve 東京 ."
    assert [sentence.text[a:b] for a, b in zip(sentence.starts, sentence.ends, strict=True)] == tokens


def test_a_sentence_without_tokens_has_no_tags(nlp):
    sentence = nlp.tag_tokens([], probabilities=True)
    assert (sentence.tokens, sentence.starts, sentence.text) == ([], [], "")
    assert sentence.tags == sentence.probabilities == {"pos": [], "ner": []}
    assert sentence.spans("ner") == []
    assert nlp.tag("") == nlp.tag(" \n") == []


def test_a_string_in_place_of_tokens_is_refused(nlp):
    with pytest.raises(TypeError, match="found a string"):
        nlp.tag_tokens("Ada lives")


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_no_text_is_named(nlp, workers):
    message = r"expected a text \(str\), found None"
    with pytest.raises(TypeError, match=message):
        list(nlp.pipe(["Ada.", None], workers=workers))
    with pytest.raises(TypeError, match=message):
        nlp.tag(None)


def test_a_string_in_place_of_texts_is_refused(nlp):
    with pytest.raises(TypeError, match="expected an iterable of texts, found a string"):
        nlp.pipe("Ada lives")


def test_probabilities_come_only_when_asked_for(nlp):
    assert nlp.tag(TEXT)[0].probabilities is None
    for sentence in nlp.tag(TEXT, probabilities=True):
        for task in nlp.tasks:
            assert len(sentence.probabilities[task]) == len(sentence.tokens)
            assert all(0 < p <= 1 for p in sentence.probabilities[task])
        for span in sentence.spans("ner"):
            assert 0 < span.probability <= min(sentence.probabilities["ner"][span.start : span.end]) + 1e-12


def test_tags_are_the_same_alone_and_in_any_order(nlp):
    sentences = random_sentences(2, 300)
    forwards = [s.tags for s in nlp.tag_sentences(sentences)]
    backwards = [s.tags for s in Tagger(random_model(1), memory=1).tag_sentences(sentences[::-1])]
    assert forwards == backwards[::-1] == [nlp.tag_tokens(tokens).tags for tokens in sentences]


def test_pipe_gives_for_each_text_what_tag_gives(nlp):
    texts = [TEXT, "", "Ada.", " ", TEXT * 300, "The U.S."]
    for tagged, text in zip(nlp.pipe(texts), texts, strict=True):
        assert [(s.tokens, s.starts, s.tags) for s in tagged] == [
            (s.tokens, s.starts, s.tags) for s in nlp.tag(text)
        ]


def test_pipe_hands_the_context_back_as_tuples(nlp):
    pairs = list(nlp.pipe([("Ada lives.", {"id": 1}), ("", None), ("Paris.", 3)], as_tuples=True))
    assert [context for _, context in pairs] == [{"id": 1}, None, 3]
    assert [[s.text for s in tagged] for tagged, _ in pairs] == [["Ada lives."], [], ["Paris."]]


@pytest.mark.parametrize("text", ["Ada lives in Paris.", ""])
def test_pipe_reads_a_bounded_number_of_texts_ahead_of_an_endless_source(nlp, text):
    asked = count()

    def endless():
        while True:
            next(asked)
            yield text

    stream = nlp.pipe(endless())
    for _ in range(10):
        next(stream)
    assert next(asked) <= 5000
    stream.close()
    gc.collect()


def test_another_tokenizer_cuts_the_text(tmp_path):
    pytest.importorskip("spacy", reason='needs spaCy: pip install "tagger[spacy]"')
    write_model(tmp_path, random_model(1))
    text = "Er kam z.B. am 3. Mai. Ada auch."
    german = load(tmp_path, tokenizer="spacy:de")
    expected = [["Er", "kam", "z.B.", "am", "3.", "Mai", "."], ["Ada", "auch", "."]]
    assert [sentence.tokens for sentence in german.tag(text)] == expected
    assert [[s.tokens for s in sentences] for sentences in german.pipe([text])] == [expected]


def test_an_unknown_tokenizer_is_refused():
    with pytest.raises(SettingsError) as error:
        Tagger(random_model(1), tokenizer="deutsch")
    assert str(error.value) == (
        "--tokenizer: expected english, or spacy:LANGUAGE such as spacy:de, found 'deutsch'."
    )


def test_tag_sentences_is_lazy(nlp):
    stream = nlp.tag_sentences(["Ada", "lives"] for _ in count())
    assert next(stream).tokens == ["Ada", "lives"]


def test_a_damaged_model_is_named(tmp_path):
    model = random_model(1)
    del model.weights["trunk.0.bias"]
    write_model(tmp_path, model)
    with pytest.raises(ModelError) as error:
        load(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: expected the weights trunk.0.bias, found none. The model is damaged."
    )
