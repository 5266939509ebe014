"""The component in a spaCy pipeline: what it sets, what it keeps, and its trips to disk, bytes and other processes."""

import pickle
import shutil

import pytest

import tagger
from tagger.errors import ModelError, SettingsError
from tagger.saved import TaskDescription, write_model
from tests.inference.random_models import IOBES, POS, SENTENCE_TASK, random_model, random_sentences

spacy = pytest.importorskip("spacy", reason='needs spaCy: pip install "tagger[spacy]"')

from spacy.tokens import Doc, Span  # noqa: E402 - only where spaCy is

TEXT = "Ada lives in Paris.  The U.S. in 1990\nwas walking.\n\nWalks in the naïve, Ada!"
UPOS = TaskDescription("upos", "upos", "none", "word", ("NOUN", "VERB", "_"))
XPOS = TaskDescription("xpos", "xpos", "none", "word", POS)
ENTITIES = TaskDescription("entities", "entities", "IOBES", "sentence", IOBES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model with the tasks upos, xpos and ner."""
    result = tmp_path_factory.mktemp("model")
    write_model(result, random_model(1, tasks=(UPOS, XPOS, SENTENCE_TASK)))
    return result


def pipeline(folder, *before, **config):
    nlp = spacy.blank("en")
    for name in before:
        nlp.add_pipe(name)
    nlp.add_pipe("window_tagger", config={"model": str(folder), **config})
    return nlp


def shown(doc):
    entities = [(entity.start, entity.end, entity.label_) for entity in doc.ents]
    return [token.text for token in doc], [(token.tag_, token.pos_) for token in doc], entities


def write(folder, *tasks):
    write_model(folder, random_model(1, tasks=tasks))
    return folder


def test_documents_of_gold_tokens_get_the_tags_and_spans_of_the_tagger(folder):
    own = tagger.load(folder)
    nlp = pipeline(folder)
    sentences = random_sentences(2, 200)
    docs = [Doc(nlp.vocab, tokens, sent_starts=[True] + [False] * (len(tokens) - 1)) for tokens in sentences]
    for doc, expected in zip(nlp.pipe(docs), own.tag_sentences(sentences), strict=True):
        assert [token.tag_ for token in doc] == expected.tags["xpos"]
        assert [token.pos_ for token in doc] == [tag.replace("_", "") for tag in expected.tags["upos"]]
        spans = [(span.start, span.end, span.label) for span in expected.spans("ner")]
        assert [(entity.start, entity.end, entity.label_) for entity in doc.ents] == spans


def test_sentences_of_the_document_are_those_that_are_tagged(folder):
    own = tagger.load(folder)
    nlp = pipeline(folder)
    sentences = random_sentences(3, 40)
    tokens = [token for sentence in sentences for token in sentence]
    starts = [place == 0 for sentence in sentences for place in range(len(sentence))]
    doc = nlp(Doc(nlp.vocab, tokens, sent_starts=starts))
    expected = [tag for s in own.tag_sentences(sentences) for tag in s.tags["xpos"]]
    assert [token.tag_ for token in doc] == expected


def test_white_space_is_not_tagged_but_named(folder):
    doc = pipeline(folder)("Ada  lives\n in Paris \n")
    assert [(t.text, t.tag_, t.pos_) for t in doc if t.is_space] == [
        (" ", "_SP", "SPACE"),
        ("\n ", "_SP", "SPACE"),
        ("\n", "_SP", "SPACE"),
    ]
    words = pipeline(folder)(Doc(doc.vocab, ["Ada", "lives", "in", "Paris"]))
    assert [t.tag_ for t in doc if not t.is_space] == [t.tag_ for t in words]


@pytest.mark.parametrize("line_breaks", ["paragraph", "wrapped", "sentence", "auto"])
def test_documents_without_sentences_are_cut_as_text_is(folder, line_breaks):
    """The oracle is the tagger's own way with the same text, whose tokens are the same here."""
    doc = pipeline(folder, set_sents=True, line_breaks=line_breaks)(TEXT)
    expected = tagger.load(folder).tag(TEXT, line_breaks=line_breaks)
    found = [[token.text for token in sentence if not token.is_space] for sentence in doc.sents]
    assert found == [sentence.tokens for sentence in expected]
    tags = [token.tag_ for token in doc if not token.is_space]
    assert tags == [tag for sentence in expected for tag in sentence.tags["xpos"]]


def test_sentences_are_set_only_if_asked_for_and_never_changed(folder):
    assert not pipeline(folder)(TEXT).has_annotation("SENT_START")
    one = spacy.blank("en")
    doc = one.make_doc("Ada. Paris. Walks.")
    for token in doc:
        token.is_sent_start = token.i == 0
    assert len(list(pipeline(folder, set_sents=True)(doc).sents)) == 1


@pytest.mark.parametrize("text", ["", " ", "\n\n \n"])
@pytest.mark.parametrize("set_sents", [True, False])
def test_documents_without_words_are_left_alone(folder, text, set_sents):
    doc = pipeline(folder, set_sents=set_sents)(text)
    assert {token.tag_ for token in doc} <= {"_SP"} and doc.ents == ()


def test_a_stream_gives_what_single_documents_give_in_order(folder):
    nlp = pipeline(folder)
    texts = [TEXT, "", "Ada.", *(f"{TEXT} {number}" for number in range(50)), TEXT * 200]
    together = list(nlp.pipe(texts, batch_size=7))
    assert [shown(doc) for doc in together] == [shown(nlp(text)) for text in texts]
    assert [doc.text for doc in together] == texts


@pytest.mark.parametrize("overwrite", [True, False])
def test_entities_that_are_there_stay_or_give_way(folder, overwrite):
    nlp = pipeline(folder, overwrite_ents=overwrite)
    tokens = [token for sentence in random_sentences(4, 60) for token in sentence]
    doc = nlp(Doc(nlp.vocab, tokens))
    first, *others = [(entity.start, entity.end, entity.label_) for entity in doc.ents]
    free = next(token.i for token in doc if not token.ent_type_)
    old = (first[0], first[0] + 1, "OLD"), (free, free + 1, "APART")
    doc.set_ents([Span(doc, start, end, label=label) for start, end, label in old])
    found = [(entity.start, entity.end, entity.label_) for entity in nlp(doc).ents]
    assert sorted(found) == sorted([first if overwrite else old[0], old[1], *others])


def test_entities_have_probabilities_if_asked_for(folder):
    doc = pipeline(folder, probabilities=True)(TEXT)
    spans = [
        s for sentence in tagger.load(folder).tag(TEXT, probabilities=True) for s in sentence.spans("ner")
    ]
    assert [entity._.probability for entity in doc.ents] == [span.probability for span in spans]
    assert {entity._.probability for entity in pipeline(folder)(TEXT).ents} == {None}


def test_what_is_less_probable_than_asked_for_is_left_out(folder):
    doc = pipeline(folder, min_probability=0.95)(TEXT)
    expected = tagger.load(folder).tag(TEXT, min_probability=0.95)
    tags = [tag for sentence in expected for tag in sentence.tags["xpos"]]
    assert [token.tag_ for token in doc if not token.is_space] == tags
    assert "" in tags
    assert [entity.text for entity in doc.ents] == [s.text for e in expected for s in e.spans("ner")]


def test_several_models_vote(folder, tmp_path):
    write_model(tmp_path, random_model(2, tasks=(UPOS, XPOS, SENTENCE_TASK)))
    nlp = spacy.blank("en")
    nlp.add_pipe("window_tagger", config={"model": [str(folder), str(tmp_path)]})
    tokens = ["Ada", "lives", "in", "the", "U.S."]
    expected = tagger.load(folder, tmp_path).tag_tokens(tokens).tags["xpos"]
    assert [token.tag_ for token in nlp(Doc(nlp.vocab, tokens))] == expected
    again = pickle.loads(pickle.dumps(nlp))
    assert [token.tag_ for token in again(Doc(again.vocab, tokens))] == expected


def test_a_saved_pipeline_works_where_the_model_is_gone(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "model")
    nlp = pipeline(tmp_path / "model")
    expected = shown(nlp(TEXT))
    nlp.to_disk(tmp_path / "first")
    shutil.rmtree(tmp_path / "model")
    (tmp_path / "first").rename(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    assert shown(loaded(TEXT)) == expected
    loaded.to_disk(tmp_path / "second")
    shutil.rmtree(tmp_path / "pipeline")
    assert shown(spacy.load(tmp_path / "second")(TEXT)) == expected


def test_a_pipeline_of_bytes_needs_no_folder(folder, tmp_path):
    expected = shown(pipeline(folder)(TEXT))
    empty = pipeline(tmp_path / "nowhere")
    empty.from_bytes(pipeline(folder).to_bytes())
    for nlp in (empty, pickle.loads(pickle.dumps(empty))):
        assert shown(nlp(TEXT)) == expected
        assert (
            nlp.get_pipe("window_tagger").to_bytes() == pipeline(folder).get_pipe("window_tagger").to_bytes()
        )
    empty.to_disk(tmp_path / "pipeline")
    assert shown(spacy.load(tmp_path / "pipeline")(TEXT)) == expected


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_several_processes_give_what_one_gives(folder):
    nlp = pipeline(folder, probabilities=True)
    texts = [f"{TEXT} {number}" for number in range(20)]
    together = list(nlp.pipe(texts, n_process=2, batch_size=3))
    for doc, text in zip(together, texts, strict=True):
        assert shown(doc) == shown(nlp(text))
        assert [e._.probability for e in doc.ents] == [e._.probability for e in nlp(text).ents]


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        ((XPOS, SENTENCE_TASK), ("xpos", None, "ner")),
        ((UPOS,), (None, "upos", None)),
        ((TaskDescription("pos", "pos", "none", "word", POS),), ("pos", None, None)),
        ((TaskDescription("pos", "pos", "none", "word", ("NOUN", "VERB")),), ("pos", "pos", None)),
        ((ENTITIES, SENTENCE_TASK), (None, None, "ner")),
        ((XPOS, ENTITIES), ("xpos", None, "entities")),
    ],
    ids=["no upos", "upos alone", "Penn tags", "universal tags", "two of spans", "another name"],
)
def test_tasks_fill_what_their_names_and_labels_say(tmp_path, tasks, expected):
    doc = pipeline(write(tmp_path, *tasks))("Ada lives in the U.S. Paris walking 1990 ADA")
    tags = tagger.load(tmp_path).tag_tokens([token.text for token in doc]).tags
    column, universal, spans = expected
    empty = [""] * len(doc)
    assert [token.tag_ for token in doc] == (tags[column] if column else empty)
    assert [token.pos_ for token in doc] == (
        [tag.replace("_", "") for tag in tags[universal]] if universal else empty
    )
    if spans:
        prefixes = [tag[:1].replace("S", "B").replace("E", "I") for tag in tags[spans]]
        assert [token.ent_iob_ for token in doc] == prefixes
    else:
        assert not doc.has_annotation("ENT_IOB")


def test_chosen_tasks_take_the_place_of_the_usual_ones(folder):
    doc = pipeline(folder, tasks={"tag": "upos", "pos": None, "ents": None})(TEXT)
    expected = [tag for sentence in tagger.load(folder).tag(TEXT) for tag in sentence.tags["upos"]]
    assert [token.tag_ for token in doc if not token.is_space] == expected
    assert not doc.has_annotation("POS") and not doc.ents


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ({"lemma": "xpos"}, "window_tagger.tasks: expected one of tag, pos, ents, found 'lemma'."),
        ({"tag": "nn"}, "window_tagger.tasks.tag: expected one of upos, xpos, ner, found 'nn'."),
        (
            {"pos": "xpos"},
            "window_tagger.tasks.pos: expected a task whose labels are universal parts of speech, found 'xpos' with "
            "'NN', 'VB', 'DT'.",
        ),
        ({"ents": "upos"}, "window_tagger.tasks.ents: expected a task that marks spans, found 'upos'."),
        (
            {"tag": None, "pos": None, "ents": None},
            "window_tagger.tasks: expected a task for tag, pos or ents, found the tasks upos, xpos, ner. "
            'Say which fills what, such as {"tag": "TASK", "ents": "TASK"}.',
        ),
    ],
)
def test_tasks_that_cannot_fill_what_they_should_are_refused(folder, tasks, message):
    with pytest.raises(SettingsError) as error:
        pipeline(folder, tasks=tasks)
    assert str(error.value) == message


def test_a_model_must_be_named():
    with pytest.raises(SettingsError) as error:
        spacy.blank("en").add_pipe("window_tagger")
    assert str(error.value) == (
        'window_tagger.model: expected a model folder, found none. Pass config={"model": "models/sample"}, for example.'
    )


def test_a_missing_model_is_a_clear_error_when_it_is_needed(tmp_path):
    nlp = pipeline(tmp_path / "nowhere")
    with pytest.raises(ModelError) as error:
        nlp("Ada")
    assert str(error.value).startswith(f"{tmp_path / 'nowhere'}: expected a model folder, found none.")
