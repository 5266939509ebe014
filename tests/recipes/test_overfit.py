"""The check that a few sentences can be learnt by heart: the settings it changes, what it finds, what it advises."""

from pathlib import Path

import pytest

import tagger
from tagger.config import Settings
from tagger.errors import SettingsError
from tagger.recipes.overfit import overfit, without_restraint
from tagger.recipes.overfit_causes import advise, wrong_sentences
from tagger.recipes.training_data import LoadedCorpus, TrainingData
from tagger.records import LayerFigures, Step, WrongSentence
from tagger.saved import TaskDescription
from tagger.settings_file import parse_settings
from tagger.text.sentences import Sentence

CORPUS = """\
Ada NNP I-PER
Lovelace NNP I-PER
lives VBZ O
in IN O
Paris NNP I-LOC
. . O

Maria NNP I-PER
reads VBZ O
. . O

The DT O
train NN O
to TO O
Oslo NNP I-LOC
is VBZ O
late JJ O
. . O

Never RB O
learnt VBN O
here RB O
"""
CONTRADICTION = "Maria NNP I-PER\nreads VBZ O\n. . O\n\nMaria NNP O\nreads VBZ O\n. . O\n"


def settings(corpus: Path, **sections: object) -> Settings:
    values: dict[str, object] = {
        "data": {"train": [str(corpus)], "columns": ["word", "pos", "ner"]},
        "features": {"word": {"dim": 8}, "characters": {"filters": 0}},
        "network": {"hidden": [12]},
        "tasks": {"pos": {}, "ner": {"objective": "sentence"}},
        "optimizer": {"rate": 0.02, "l2": 0.1, "max_norm": 0.5},
        "training": {"epochs": 3, "batch_words": 10, "threads": 1},
    }
    return parse_settings({**values, **sections})


def write(folder: Path, text: str) -> Path:
    path = folder / "corpus.conll"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_keeps_from_learning_by_heart_is_off_and_the_rest_stays(tmp_path: Path) -> None:
    set_ = settings(
        tmp_path,
        augmentation={"swap_rate": 0.5, "lowercase_rate": 0.1},
        training={"epochs": 300, "patience": 3, "averaging": 0.9, "batch_words": 77},
        schedule={"name": "linear", "warm_up": 2.0},
        transfer={"model": "other", "freeze": ["lookup"]},
    )
    free = without_restraint(set_)
    assert free.features.word.unknown_rate == free.network.input_dropout == free.network.dropout == 0.0
    assert free.optimizer == set_.optimizer.model_copy(update={"l1": 0.0, "l2": 0.0, "max_norm": 0.0})
    assert free.augmentation == Settings().augmentation
    assert free.transfer == Settings().transfer
    assert (free.schedule.name, free.schedule.warm_up) == ("constant", 0.0)
    training = free.training
    assert (training.epochs, training.patience, training.averaging, training.batch_words) == (300, 0, 0.0, 77)
    assert (free.tasks, free.data, free.network.hidden) == (set_.tasks, set_.data, set_.network.hidden)
    assert without_restraint(settings(tmp_path)).training.epochs == 200


def test_the_first_sentences_are_learnt_and_nothing_is_written(tmp_path: Path) -> None:
    corpus = write(tmp_path, CORPUS)
    steps: list[Step] = []
    report = overfit(settings(corpus), 3, observe=steps.append)
    assert report.learnt
    assert (report.sentences, report.words, report.wrong, report.advice) == (3, 16, (), ())
    assert report.scores["pos.accuracy"] == report.scores["ner.f1"] == 1.0
    assert report.wrong_sentences == {"pos": 0, "ner": 0}
    assert report.epochs == steps[-1].epoch < 200
    assert steps[-1].stop
    assert list(tmp_path.iterdir()) == [corpus]


def test_training_stops_as_soon_as_everything_is_right(tmp_path: Path) -> None:
    ends: list[Step] = []
    overfit(
        settings(write(tmp_path, CORPUS)),
        3,
        observe=lambda step: ends.append(step) if step.epoch_end else None,
    )
    right = [step.scores["pos.accuracy"] == step.scores["ner.accuracy"] == 1.0 for step in ends]
    assert right == [False] * (len(ends) - 1) + [True]


def test_the_model_is_written_where_one_is_asked_for(tmp_path: Path) -> None:
    report = overfit(settings(write(tmp_path, CORPUS)), 3, output=tmp_path / "model")
    assert report.folder == tmp_path / "model"
    sentence = tagger.load(tmp_path / "model").tag_tokens("Ada Lovelace lives in Paris .".split())
    assert [span.text for span in sentence.spans("ner")] == ["Ada Lovelace", "Paris"]
    assert not (tmp_path / "model" / "last.safetensors").exists()  # there is nothing to resume


def test_what_is_written_is_what_was_learnt_whatever_score_decides(tmp_path: Path) -> None:
    """The parts of speech are right epochs before the entities, whose few words weigh next to nothing."""
    tasks = {"pos": {}, "ner": {"objective": "sentence", "weight": 0.01}}
    training = {"batch_words": 10, "score": "pos.accuracy"}
    ends: list[Step] = []
    chosen = settings(write(tmp_path, CORPUS), tasks=tasks, training=training, optimizer={"rate": 0.02})
    report = overfit(
        chosen,
        3,
        output=tmp_path / "model",
        observe=lambda step: ends.append(step) if step.epoch_end else None,
    )
    assert report.learnt
    assert ends[-2].scores["pos.accuracy"] == 1.0
    assert ends[-1].best
    sentence = tagger.load(tmp_path / "model").tag_tokens("Ada Lovelace lives in Paris .".split())
    assert [span.text for span in sentence.spans("ner")] == ["Ada Lovelace", "Paris"]


def test_contradictory_labels_cannot_be_learnt_and_are_shown(tmp_path: Path) -> None:
    corpus = write(tmp_path, CONTRADICTION)
    report = overfit(settings(corpus), 10)
    assert (report.learnt, report.epochs, report.wrong_sentences) == (False, 200, {"pos": 0, "ner": 1})
    (wrong,) = report.wrong
    tags = {f"{corpus}:1": ("S-PER", "O", "O"), f"{corpus}:5": ("O", "O", "O")}
    assert {wrong.place, wrong.contradicts} == set(tags)
    assert (wrong.task, wrong.tokens) == ("ner", ("Maria", "reads", "."))
    assert (wrong.gold, wrong.predicted) == (tags[wrong.place], tags[wrong.contradicts])
    assert report.advice[0] == (
        "Correct contradictory labels: in 1 of the 1 wrong sentences a wrong word's window of 5 words stands elsewhere "
        "with another tag. If both tags are right, raise network.window."
    )


def test_no_sentence_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        overfit(settings(tmp_path), 0)
    assert str(error.value) == "overfit: expected at least 1 sentence, found 0."


POS = TaskDescription("pos", "pos", "none", "word", ("A", "B"))


def corpus(*sentences: tuple[str, str]) -> TrainingData:
    own = [Sentence(words.split(), {"pos": tags.split()}) for words, tags in sentences]
    return TrainingData([LoadedCorpus(own, [], {"pos": "none"}, "")], (POS,), {"pos": 0})


def test_wrong_sentences_that_contradict_others_come_first() -> None:
    data = corpus(("u v w", "A A A"), ("x y z", "A A A"), ("p x y z", "B A B A"))
    predicted = {"pos": [["B", "A", "A"], ["A", "B", "A"], ["B", "A", "B", "A"]]}
    found = wrong_sentences(data, predicted, window=3)
    assert found == [
        WrongSentence(
            "pos", "training sentence 2", ("x", "y", "z"), ("A",) * 3, ("A", "B", "A"), "training sentence 3"
        ),
        WrongSentence("pos", "training sentence 1", ("u", "v", "w"), ("A",) * 3, ("B", "A", "A")),
    ]


def test_a_wider_window_tells_two_words_apart() -> None:
    """y stands between x and z in both sentences, but with p before x in one of them only."""
    data = corpus(("x y z", "A A A"), ("p x y z", "B A B A"))
    predicted = {"pos": [["A", "B", "A"], ["B", "A", "B", "A"]]}
    assert [bool(s.contradicts) for s in wrong_sentences(data, predicted, window=3)] == [True]
    assert [bool(s.contradicts) for s in wrong_sentences(data, predicted, window=5)] == [False]


def end(loss: float, saturated: float = 0.0) -> Step:
    layers = {"lookup.word": LayerFigures(1.0, 0.1), "trunk.0": LayerFigures(1.0, 0.1, saturated)}
    return Step(
        1, 1, 1, 1, loss, {}, 0.1, 1.0, train_losses={"pos": loss / 2, "ner": loss / 2}, layers=layers
    )


GENERAL = (
    "Look for mistakes in the labels of the sentences below; then try another optimizer.rate, network.initialiser "
    "(glorot) or network.activation (relu)."
)


@pytest.mark.parametrize(
    ("ends", "advice"),
    [
        (
            [end(2.0), end(2.5), end(3.0)],
            ["Lower optimizer.rate (0.003): the loss went from 2 to 3 in 3 epochs."],
        ),
        (
            [end(2.0), end(1.99), end(1.98)],
            ["Raise optimizer.rate (0.003), ten times at once: the loss went from 2 to 1.98 in 3 epochs."],
        ),
        (
            [end(2.0), end(1.0), end(0.5)],
            [
                "Raise training.epochs or optimizer.rate (0.003): the loss went from 2 to 0.5 in 3 epochs, and still "
                "falls."
            ],
        ),
        ([end(2.0), end(0.5), end(0.5)], []),
        (
            [end(2.0), end(0.5), end(0.5, saturated=0.75)],
            [
                "Change network.initialiser (glorot) or network.activation (relu): 75% of trunk.0 is saturated."
            ],
        ),
    ],
)
def test_advice_follows_the_loss_and_the_saturation(ends: list[Step], advice: list[str]) -> None:
    assert advise(Settings(), ends, []) == (*advice, GENERAL)
