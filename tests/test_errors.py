"""Whole messages of every error class, and their trip between processes."""

import pickle

import pytest

from tagger.errors import DataError, ModelError, OutputExistsError, SettingsError, ShapeError, TaggerError

MESSAGES = [
    (TaggerError("no tasks"), "no tasks."),
    (TaggerError("no tasks", where="settings"), "settings: no tasks."),
    (
        TaggerError("no tasks", where="settings", hint="Add [tasks.ner]."),
        "settings: no tasks. Add [tasks.ner].",
    ),
    (TaggerError("which one?"), "which one?"),
    (
        DataError("train.conll", 124, "3 columns (word, pos, ner)", "2", "Is a tab missing?"),
        "train.conll:124: expected 3 columns (word, pos, ner), found 2. Is a tab missing?",
    ),
    (DataError("empty.conll", None, "sentences", "none"), "empty.conll: expected sentences, found none."),
    (
        SettingsError("network.window", "an odd number", "4", "Try 5."),
        "network.window: expected an odd number, found 4. Try 5.",
    ),
    (
        ModelError("expected JSON, found nothing", where="m/model.json"),
        "m/model.json: expected JSON, found nothing.",
    ),
    (ShapeError("expected 3 labels, found 2", where="task ner"), "task ner: expected 3 labels, found 2."),
    (
        OutputExistsError("models/en"),
        "models/en: expected a new path, found an existing one. "
        "Choose another output, or pass --force to replace it.",
    ),
]


@pytest.mark.parametrize(("error", "message"), MESSAGES)
def test_whole_message(error: TaggerError, message: str) -> None:
    assert str(error) == message


@pytest.mark.parametrize("error", [error for error, _ in MESSAGES], ids=lambda error: type(error).__name__)
def test_error_survives_a_trip_between_processes(error: TaggerError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), copy.where, copy.hint) == (str(error), error.where, error.hint)


def test_every_error_class_has_its_message_here() -> None:
    def below(kind: type[TaggerError]) -> set[type[TaggerError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    ours = {kind for kind in below(TaggerError) if kind.__module__ == "tagger.errors"}
    assert ours == {type(error) for error, _ in MESSAGES}
