"""Raw text to windows and lessons: against windows cut out by hand; gradients against autograd through the network."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tagger.config import OptimizerSettings, ScheduleSettings
from tagger.network.window_network import WindowNetwork, initialise
from tagger.objectives.margin import margin_loss
from tagger.records import Evaluation
from tagger.saved import NetworkDescription, TaskDescription
from tagger.text import shared_chunks, text_chunks
from tagger.text.features import Feature, FormFeatures
from tagger.text.text_chunks import ChunkPlan
from tagger.text.text_sources import find_text
from tagger.text.vocabulary import Vocabulary
from tagger.training.build import build_network
from tagger.training.corruption import Corruption, centre_chances
from tagger.training.engines import ALONE, Engine
from tagger.training.loop import Plan, TrainingState, learn
from tagger.training.optimizers import build_optimizer
from tagger.training.text_lessons import TextLessons, TextPlan, corrupt, text_loss, windows_of
from tests.training.ranks import on_ranks

WORDS = ["the", "cat", "sat", "on", "mat", "a", "dog", "ran"]
COUNTS = np.array([8, 4, 4, 2, 2, 2, 1, 1])


def network(*, sparse: bool = False, seed: int = 0) -> WindowNetwork:
    features = FormFeatures([Feature("word", 3)], None, {"word": Vocabulary(WORDS)})
    built = build_network(
        features,
        NetworkDescription(3, (4,), "tanh"),
        (TaskDescription("text", "", "none", "margin", ("",)),),
        margins={"text": 1.0},
    ).double()
    initialise(built, "glorot", torch.Generator().manual_seed(seed))
    built.lookup.get_submodule("word").sparse = sparse  # type: ignore[assignment]
    return built


def plan(tmp_path: Path, **changes: Any) -> TextPlan:
    path = tmp_path / "text.txt"
    path.write_text("The cat sat on the mat.\nA dog ran.\nThe cat ran on a mat.\nThe dog sat.\n" * 5, "utf-8")
    rows = {word: row for row, word in enumerate(WORDS, 2)}
    chunks = ChunkPlan(find_text([str(path)], line_breaks="paragraph"), rows, 1, chunk_words=20)
    corruption = Corruption.of_counts(COUNTS, 0.5)
    values: dict[str, Any] = {
        "passes": 1,
        "round_words": 40,
        "batch_windows": 8,
        "corruptions": 2,
        "pool_words": 6,
        **changes,
    }
    return TextPlan(chunks, corruption, centre_chances(COUNTS, 24, 0.0), "text", "tanh", **values)


def test_windows_are_those_round_every_known_word() -> None:
    rows = np.array([0, 2, 3, 1, 0, 4, 0], dtype=np.int32)  # two sentences, one unknown word
    chances = np.array([0.0, 0.0, 1.0, 1.0, 1.0])

    windows = windows_of(rows, chances, 1, np.random.default_rng(0))

    found = {tuple(window) for batch in windows.batches(2) for window in batch.tolist()}
    assert found == {(0, 2, 3), (2, 3, 1), (0, 4, 0)}
    assert [len(batch) for batch in windows.batches(2)] == [2, 1]


def test_the_loss_and_its_gradients_are_those_of_the_network_on_whole_windows(tmp_path: Path) -> None:
    """The oracle goes through WindowNetwork.forward and the margin objective, window by window."""
    for sparse in (False, True):
        own, other = network(sparse=sparse), network()
        windows = torch.tensor([[0, 2, 3], [2, 3, 4], [5, 2, 0], [7, 9, 8]])
        chosen = plan(tmp_path)
        drawn = corrupt(windows, chosen.corruption, 2, 6, torch.Generator().manual_seed(4))
        corrupted = windows[:, None].repeat(1, 2, 1)
        corrupted[:, :, 1] = drawn.rows[drawn.pool[drawn.draws]]
        assert not (corrupted[:, :, 1] == windows[:, 1:2]).any()

        loss = text_loss(own, chosen, drawn)
        loss.backward()  # type: ignore[no-untyped-call]

        rows, numbers = torch.arange(10)[:, None], torch.zeros(10, 0, dtype=torch.int64)
        scores = [other(rows, numbers, w)["text"][:, 0] for w in (windows, corrupted.view(-1, 3))]
        expected = margin_loss(scores[0], scores[1].view(4, 2), 1.0)
        expected.backward()  # type: ignore[no-untyped-call]
        assert loss.item() == pytest.approx(expected.item())
        others = dict(other.named_parameters())
        for name, parameter in own.named_parameters():
            gradient = parameter.grad
            assert gradient is not None and gradient.is_sparse == (sparse and name == "lookup.word.weight")
            wanted = others[name].grad
            assert wanted is not None
            torch.testing.assert_close(gradient.to_dense(), wanted, msg=name)


def test_a_round_has_the_words_asked_for_and_the_next_goes_on(tmp_path: Path) -> None:
    lessons, place = TextLessons(plan(tmp_path)), {}  # type: var-annotated
    shuffle = np.random.default_rng(0)
    expected, first = lessons.epoch(shuffle, place)
    counts = [len(lesson.windows) for lesson in first]  # type: ignore[attr-defined]
    assert expected == 40
    assert place["words"] >= 40
    assert place["windows"] == sum(counts) and max(counts) == 8
    assert place.get("passes", 0) == 0
    before = place["words"]
    list(lessons.epoch(shuffle, place)[1])
    assert place["words"] > before
    lessons.close()


def test_lessons_that_start_in_the_middle_are_those_that_would_have_followed(tmp_path: Path) -> None:
    def windows(lessons: TextLessons, place: dict[str, Any], seed: int) -> list[Any]:
        drawn = lessons.epoch(np.random.default_rng(seed), place)[1]
        return [lesson.windows.tolist() for lesson in drawn]  # type: ignore[attr-defined]

    whole, place = TextLessons(plan(tmp_path)), {}  # type: var-annotated
    windows(whole, place, 1)
    kept = {**place, "position": list(place["position"])}
    expected = windows(whole, place, 2)
    whole.close()
    again = TextLessons(plan(tmp_path))

    assert windows(again, kept, 2) == expected
    again.close()


def test_text_is_over_after_its_passes_or_when_the_time_is_up(tmp_path: Path) -> None:
    lessons, place = TextLessons(plan(tmp_path, passes=2, seconds=5.0)), {}  # type: var-annotated
    rounds = 0
    while not lessons.over(place, 1.0):
        list(lessons.epoch(np.random.default_rng(rounds), place)[1])
        rounds += 1
    assert place["passes"] == 2
    assert place["words"] == 2 * 5 * (7 + 4 + 7 + 4)
    assert lessons.over({}, 5.0)
    assert not lessons.over({}, 4.9)


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("sparse", [False, True])
def test_several_processes_learn_from_the_windows_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sparse: bool, count: int
) -> None:
    """Three processes are more than the last step of some chunk has windows."""
    for module in (shared_chunks, text_chunks):  # threads may not start processes that read
        monkeypatch.setattr(module, "from_process", lambda make, *arguments: make(*arguments))
    text = plan(tmp_path, passes=2)

    def learnt(engine: Engine) -> tuple[list[tuple[int, float]], dict[str, torch.Tensor], dict[str, Any]]:
        own = network(sparse=sparse)
        settings = OptimizerSettings(name="adagrad", rate=0.1, sparse_rows=int(sparse))
        state = TrainingState(
            own,
            build_optimizer(own, settings),
            None,
            torch.Generator().manual_seed(4),
            np.random.default_rng(5),
            engine=engine,
        )
        lessons = TextLessons(replace(text, engine=engine))
        chosen = Plan(0, 0, 0, 0.1, 0.0, 0.0, ScheduleSettings(name="constant"), {"text": 1.0})
        steps = [(step.words, step.loss) for step in learn(state, lessons, chosen, Evaluation)]
        lessons.close()
        return steps, dict(own.state_dict()), state.place

    one = learnt(ALONE)
    for steps, weights, place in on_ranks(count, learnt):
        assert [words for words, _ in steps] == [words for words, _ in one[0]]
        assert [loss for _, loss in steps] == pytest.approx([loss for _, loss in one[0]], rel=1e-6)
        assert place == one[2]
        for name, value in one[1].items():
            torch.testing.assert_close(weights[name], value, rtol=1e-5, atol=1e-6)
