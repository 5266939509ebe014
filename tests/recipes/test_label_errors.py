"""Label errors planted in a small corpus that can be learnt: they come first."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tagger.analysis import LabelError, SentenceSpan
from tagger.errors import SettingsError
from tagger.recipes.label_errors import find_label_errors
from tagger.saved import write_model
from tagger.text.sentences import Sentence
from tests.inference.random_models import random_model

SCHEMES = {"pos": "none", "ner": "IOB2"}
PEOPLE = "Ada Maria Grace Emmy Lise Sofia Jane Rosa".split()
PLACES = "Paris Oslo Rome Bern Lima Cairo Delhi Quito".split()
VERBS = "sees likes visits paints leaves maps".split()


def corpus(count: int = 120, *, seed: int = 1) -> list[Sentence]:
    """PERSON [SURNAME] VERB (the old | new) PLACE . with the number of the sentence's first token as its line."""
    draw = random.Random(seed)
    sentences, line = [], 1
    for _ in range(count):
        person = [draw.choice(PEOPLE), *(["Smith"] if draw.random() < 0.4 else [])]
        middle = ["the", draw.choice(["old", "new"])] if draw.random() < 0.5 else []
        tokens = [*person, draw.choice(VERBS), *middle, draw.choice(PLACES), "."]
        tags = {
            "pos": ["N"] * len(person) + ["V"] + ["D", "A"][: len(middle)] + ["N", "."],
            "ner": ["B-PER", "I-PER"][: len(person)] + ["O"] * (1 + len(middle)) + ["B-LOC", "O"],
        }
        lines = list(range(line, line + len(tokens)))
        sentences.append(Sentence(tokens, tags, path="corpus.conll", lines=lines))
        line += len(tokens) + 1
    return sentences


def spoil(sentences: list[Sentence], number: int, column: str, tags: Sequence[str]) -> None:
    """Put other tags on sentence `number`, from its first token."""
    own = sentences[number].tags[column]
    sentences[number].tags[column] = [*tags, *own[len(tags) :]]


def find(sentences: list[Sentence], **options: object) -> list[LabelError]:
    return find_label_errors(sentences, SCHEMES, folds=2, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def spoilt() -> tuple[list[Sentence], list[LabelError], list[str]]:
    """Four wrong tags and four wrong spans, one of each kind, in sentences of their own."""
    sentences = corpus()
    surnamed = [n for n, s in enumerate(sentences) if s.tokens[1] == "Smith"]
    plain = [n for n, s in enumerate(sentences) if s.tokens[1] != "Smith" and len(s.tokens) == 4]
    for number in surnamed[4:6]:
        spoil(sentences, number, "pos", ["N", "V"])
    for number in plain[4:6]:
        spoil(sentences, number, "pos", ["N", "N"])
    spoil(sentences, plain[0], "ner", ["O"])
    spoil(sentences, plain[1], "ner", ["B-PER", "B-PER"])
    spoil(sentences, surnamed[0], "ner", ["B-LOC", "I-LOC"])
    spoil(sentences, surnamed[1], "ner", ["B-PER", "O"])
    notes: list[str] = []
    return sentences, find(sentences, note=notes.append), notes


def test_planted_errors_come_first(spoilt: tuple[list[Sentence], list[LabelError], list[str]]) -> None:
    sentences, errors, _ = spoilt
    clean = corpus()
    for error in errors[:8]:
        tags = clean[error.sentence - 1].tags[error.column]
        assert tags != sentences[error.sentence - 1].tags[error.column]
    assert len({(error.sentence, error.column) for error in errors[:8]}) == 8
    assert [e.score for e in errors] == sorted((e.score for e in errors), reverse=True)


def test_what_is_said_of_a_tag(spoilt: tuple[list[Sentence], list[LabelError], list[str]]) -> None:
    sentences, errors, _ = spoilt
    error = next(e for e in errors if e.column == "pos" and e.text == "Smith")
    sentence = sentences[error.sentence - 1]
    assert (error.start, error.end, error.kind, error.gold, error.predicted) == (1, 2, "tag", "V", "N")
    assert (error.path, error.line) == ("corpus.conll", sentence.lines[1])
    assert error.context == " ".join([sentence.tokens[0], "[Smith]", *sentence.tokens[2:]])
    assert 0 <= error.gold_probability < 0.2 and 0.8 < error.predicted_probability <= 1
    assert error.score == error.predicted_probability - error.gold_probability
    assert error.gold_spans == error.predicted_spans == ()


def test_what_is_said_of_each_kind_of_span(
    spoilt: tuple[list[Sentence], list[LabelError], list[str]],
) -> None:
    found = {e.kind: e for e in spoilt[1][:8] if e.column == "ner"}
    said = {kind: (e.start, e.end, e.gold, e.predicted) for kind, e in found.items()}
    assert said == {
        "missing": (0, 1, "O", "PER"),
        "spurious": (1, 2, "PER", "O"),
        "type": (0, 2, "LOC", "PER"),
        "extent": (0, 2, "PER", "PER"),
    }
    assert found["extent"].gold_spans == (SentenceSpan(0, 1, "PER"),)
    assert found["extent"].predicted_spans == (SentenceSpan(0, 2, "PER"),)


def test_the_notes_tell_of_folds_and_columns(
    spoilt: tuple[list[Sentence], list[LabelError], list[str]],
) -> None:
    _, errors, notes = spoilt
    counts = {column: sum(e.column == column for e in errors) for column in SCHEMES}
    assert [note.split(":")[0] for note in notes] == ["fold 1 of 2", "fold 2 of 2", "pos", "ner"]
    for note, count in zip(notes[2:], counts.values(), strict=True):
        assert note.endswith(f"{count} are likely errors")


def test_the_same_seed_finds_the_same_and_the_data_stay_as_they_are() -> None:
    sentences = corpus(40)
    spoil(sentences, 3, "ner", ["B-LOC"])
    before = [replace(s, tags={c: list(t) for c, t in s.tags.items()}) for s in sentences]
    first = find(sentences, epochs=3)
    assert find(sentences, epochs=3) == first
    assert sentences == before


def test_only_the_columns_asked_for_are_judged() -> None:
    sentences = corpus(40)
    spoil(sentences, 3, "pos", ["."])
    for sentence in sentences:
        sentence.tags["ner"] = ["O"] * len(sentence.tokens)
    errors = find(sentences, columns=["pos"])
    assert {error.column for error in errors} == {"pos"}
    assert (errors[0].sentence, errors[0].start, errors[0].gold, errors[0].predicted) == (4, 0, ".", "N")


def test_a_copy_of_a_sentence_does_not_hide_its_error() -> None:
    """The same wrong tag stands on two copies in different folds; each is judged by a network that saw neither."""
    sentences = corpus(80)
    sentences[5].tags["pos"][0] = "."
    sentences[60] = replace(sentences[5], lines=[])
    errors = [e for e in find(sentences, columns=["pos"]) if e.gold == "."]
    assert sorted(e.sentence for e in errors if e.start == 0) == [6, 61]
    assert next(e for e in errors if e.sentence == 61).line is None


def test_networks_begin_with_the_model_asked_for(tmp_path: Path) -> None:
    sentences = corpus(20)
    write_model(tmp_path, random_model())
    own, begun = (find(sentences, epochs=1, start=start) for start in (None, tmp_path))
    assert own != begun


@pytest.mark.parametrize("sentences", [[], [Sentence([], {"pos": [], "ner": []})], corpus(1)])
def test_too_little_to_learn_from_is_nothing_found(sentences: list[Sentence]) -> None:
    assert find(sentences) == []


def test_data_without_tags_have_no_label_errors() -> None:
    assert find_label_errors([Sentence(["Ada"]), Sentence(["Maria"])], {}) == []


def test_options_that_cannot_be() -> None:
    with pytest.raises(SettingsError) as column:
        find(corpus(4), columns=["chunk"])
    assert str(column.value) == "columns: expected tag columns of the data (pos, ner), found 'chunk'."
    with pytest.raises(SettingsError) as folds:
        find_label_errors(corpus(4), SCHEMES, folds=1)
    assert str(folds.value) == "folds: expected at least 2, found 1."
