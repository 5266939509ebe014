"""Trainings of several processes (threads here) against one process that learns from whole batches."""

import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tagger.config import OptimizerSettings, ScheduleSettings
from tagger.errors import TaggerError
from tagger.network.window_network import WindowNetwork, initialise
from tagger.records import Evaluation, Step
from tagger.saved import NetworkDescription, TaskDescription
from tagger.text.true_windows import CORRUPTED, NEITHER, TRUE, WINDOW_ROWS
from tagger.training.averaging import MovingAverage
from tagger.training.batches import encode, make_batch
from tagger.training.build import build_network
from tagger.training.distillation import Teacher, distilled
from tagger.training.engines import ALONE, Engine, OneProcess, own_threads
from tagger.training.loop import TrainingState, train_epochs
from tagger.training.optimizers import OPTIMIZERS, SPARSE_OPTIMIZERS, build_optimizer
from tagger.training.processes import LostProcess, are_several, opened_engine, place_on_machine
from tagger.training.shares import Share, deal
from tests.training.corpora import SENTENCES, encoded, features, plan, state
from tests.training.ranks import Meeting, Rank, on_ranks

Trained = tuple[list[Step], dict[str, Tensor]]


def nothing() -> Evaluation:
    return Evaluation()


def train(
    engine: Engine, *, averaging: float = 0.0, evaluate: Callable[[], Evaluation] = nothing, **changes: Any
) -> Trained:
    """Steps and weights of a training in float64, where the order of sums hardly matters."""
    names = ("optimizer", "dropout", "sparse_rows")
    trained = state(**{"dropout": 0.0, **{n: changes.pop(n) for n in names if n in changes}})
    trained.network.double()
    trained.engine = engine
    trained.average = MovingAverage(trained.network, averaging) if averaging else None
    chosen = plan(**{"batch_words": 14, **changes})
    if chosen.weights.keys() != {"pos", "ner"}:
        teacher = Teacher(trained.network, {"pos": 7, "ner": 5})
        chosen = replace(chosen, teacher=teacher)
    steps = list(train_epochs(trained, [encoded("pos", "ner")], chosen, evaluate))
    with trained.evaluated():
        return steps, {name: value.clone() for name, value in trained.network.state_dict().items()}


def assert_same(one: Trained, other: Trained) -> None:
    steps, weights = one
    assert [step.number for step in other[0]] == [step.number for step in steps]
    assert [step.words for step in other[0]] == [step.words for step in steps]
    for left, right in zip(steps, other[0], strict=True):
        assert right.losses == pytest.approx(left.losses, rel=1e-7)
        assert right.gradient_norm == pytest.approx(left.gradient_norm, rel=1e-6)
        assert right.train_losses == pytest.approx(left.train_losses, rel=1e-7)
    for name, value in weights.items():
        torch.testing.assert_close(other[1][name], value, rtol=1e-5, atol=1e-7, msg=name)


@pytest.mark.parametrize(
    ("optimizer", "sparse_rows"),
    [*((name, 0) for name in OPTIMIZERS), *((name, 1) for name in SPARSE_OPTIMIZERS)],
)
@pytest.mark.parametrize("count", [2, 3])
def test_several_processes_train_as_one(optimizer: str, sparse_rows: int, count: int) -> None:
    """Three processes are more than some batches have sentences."""
    chosen: dict[str, Any] = {"optimizer": optimizer, "sparse_rows": sparse_rows, "averaging": 0.9}
    one = train(ALONE, **chosen)
    found = on_ranks(count, lambda rank: train(rank, **chosen))
    for own in found:
        assert_same(one, own)
        assert all(torch.equal(own[1][name], value) for name, value in found[0][1].items())


@pytest.mark.parametrize(
    "changes",
    [
        {"clip": 0.05},  # the norm of the whole gradient
        {"l1": 0.01, "l2": 0.1, "penalize_lookups": True},
        {"max_norm": 0.5},
        {"weights": {"pos": 0.5, "ner": 1.0, distilled("pos"): 1.0, distilled("ner"): 0.5}},
        {"schedule": ScheduleSettings(name="plateau", wait=1), "patience": 2, "epochs": 5},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_option_is_that_of_one_process(changes: dict[str, Any]) -> None:
    scores = {True: iter([0.5, 0.4, 0.3, 0.2, 0.1]), False: iter([0.5, 0.4, 0.3, 0.2, 0.1])}
    one = train(ALONE, evaluate=lambda: Evaluation(score=next(scores[True])), **changes)
    found = on_ranks(
        2, lambda rank: train(rank, evaluate=lambda: Evaluation(score=next(scores[False])), **changes)
    )
    for own in found:  # the first process alone has taken scores
        assert_same(one, own)
        assert [step.score for step in own[0]] == [step.score for step in one[0]]
        assert [step.rate for step in own[0]] == [step.rate for step in one[0]]


def test_dropout_is_drawn_anew_in_each_process_and_the_weights_stay_the_same() -> None:
    chosen: dict[str, Any] = {"dropout": 0.4, "unknown_rate": 0.2, "averaging": 0.9}
    found, again = (on_ranks(2, lambda rank: train(rank, **chosen)) for _ in range(2))
    for (steps, weights), other in zip(found, again, strict=True):
        assert [step.losses for step in steps] == [step.losses for step in found[0][0]]
        assert [step.losses for step in steps] == [step.losses for step in other[0]]
        assert all(torch.equal(weights[name], value) for name, value in found[0][1].items())


def test_scorers_draw_corrupted_windows_of_their_own_part() -> None:
    """By hand: each part has one corrupted word, against which all true ones of the part stand; the mean over both."""
    task = TaskDescription("name", "ner", "none", "margin", ("",))
    kinds = [[NEITHER] * len(sentence) for sentence in SENTENCES]
    kinds[0][:2], kinds[3][:3], kinds[4][:1] = [TRUE, CORRUPTED], [TRUE, TRUE, CORRUPTED], [TRUE]
    corpus = encode(SENTENCES, features(), {"name": kinds}, {"name": WINDOW_ROWS})
    parts = deal(corpus.lengths, 2)

    def built() -> WindowNetwork:
        network = build_network(features(), NetworkDescription(3, (8,), "tanh"), (task,)).double()
        initialise(network, "glorot", torch.Generator().manual_seed(3))
        return network

    def loss(engine: Engine) -> float:
        network = built()
        optimizer = build_optimizer(network, OptimizerSettings(name="sgd", rate=0.01))
        old = state()
        trained = TrainingState(network, optimizer, None, old.generator, old.shuffle, engine=engine)
        (step,) = train_epochs(
            trained, [corpus], plan(epochs=1, batch_words=99, weights={"name": 1.0}), nothing
        )
        assert step.words == corpus.words
        return step.losses["name"]

    batch = make_batch(corpus, np.arange(len(SENTENCES)), 3)
    scores = built()(batch.rows, batch.characters, batch.windows)["name"][:, 0].tolist()
    missing = []
    for part in parts:
        own = [
            (kinds[n][place], scores[corpus.starts[n] + place])
            for n in part
            for place in range(len(kinds[n]))
        ]
        (corrupted,) = [score for kind, score in own if kind == CORRUPTED]
        missing += [max(0.0, 1.0 + corrupted - score) for kind, score in own if kind == TRUE]
    assert len(missing) == 4
    assert on_ranks(2, loss) == pytest.approx([sum(missing) / 4] * 2)


def test_ctrl_c_in_one_process_ends_the_same_step_in_all() -> None:
    reached: dict[int, int] = {}

    def work(rank: Rank) -> str:
        trained = state(dropout=0.0)
        trained.engine = rank
        try:
            for step in train_epochs(trained, [encoded("pos", "ner")], plan(), nothing):
                reached[rank.share.rank] = step.number
                if step.number == 2 and rank.share.rank == 1:
                    rank.on_interrupt(signal.SIGINT, None)
        except KeyboardInterrupt:
            return "interrupted"
        return "done"

    assert on_ranks(2, work) == ["interrupted"] * 2
    assert reached[0] == reached[1] >= 2


def test_a_second_ctrl_c_ends_at_once_and_so_does_one_before_the_first_step() -> None:
    rank = Rank(Meeting(1), 0)
    with pytest.raises(KeyboardInterrupt):
        rank.on_interrupt(signal.SIGINT, None)
    rank.stepping = True
    rank.on_interrupt(signal.SIGINT, None)
    with pytest.raises(KeyboardInterrupt):
        rank.on_interrupt(signal.SIGINT, None)


def test_a_loss_that_is_no_number_in_one_process_is_the_same_error_in_all() -> None:
    def work(rank: Rank) -> str:
        trained = state(dropout=0.0)
        trained.engine = rank
        if rank.share.rank:
            torch.nn.init.constant_(trained.network.get_parameter("heads.pos.bias"), float("nan"))
        try:
            list(train_epochs(trained, [encoded("pos")], plan(batch_words=99, weights={"pos": 1.0}), nothing))
        except TaggerError as error:
            return str(error)
        return ""

    assert (
        on_ranks(2, work)
        == [
            "training: expected a finite loss, found nan at step 1. Lower optimizer.rate, or set optimizer.clip = 1.0."
        ]
        * 2
    )


def test_processes_that_start_apart_are_aligned_at_the_end_of_an_epoch() -> None:
    def work(rank: Rank) -> dict[str, Tensor]:
        trained = state(dropout=0.0, averaging=0.9)
        trained.engine = rank
        if rank.share.rank:
            initialise(trained.network, "glorot", torch.Generator().manual_seed(9))
        list(train_epochs(trained, [encoded("pos", "ner")], plan(epochs=1), nothing))
        memory = trained.optimizer.tensors(trained.network)
        return {**trained.network.state_dict(), **memory}

    one, other = on_ranks(2, work)
    assert all(torch.equal(other[name], value) for name, value in one.items())


def test_plain_values_and_bytes_go_round() -> None:
    def work(rank: Rank) -> tuple[Any, list[bytes], float]:
        own = b"x" * (3 * rank.share.rank)
        answer = rank.from_first(lambda: {"rank": rank.share.rank, "words": ["é"]})
        return answer, rank.exchange(own), rank.same(float(rank.share.rank) + 0.1)

    assert on_ranks(2, work) == [({"rank": 0, "words": ["é"]}, [b"", b"xxx"], 0.1)] * 2


def test_an_error_is_told_once_and_a_lost_process_not_beside_its_reason() -> None:
    meeting = Meeting(2)
    first, second = Rank(meeting, 0), Rank(meeting, 1)
    assert [rank.tells(TaggerError("broken")) for rank in (second, first, first)] == [True, False, False]
    assert first.tells(LostProcess("gone"))
    second.fail()
    assert not first.tells(LostProcess("gone too"))
    with pytest.raises(LostProcess) as caught:
        second.from_first(lambda: 1)
    assert str(caught.value) == (
        "training: expected 2 processes, lost one of them (the first process has failed)."
    )


def test_all_stay_until_the_first_process_is_done_and_a_failed_one_keeps_nobody() -> None:
    done: list[str] = []

    def work(rank: Rank) -> list[str]:
        if not rank.share.rank:
            time.sleep(0.3)
            done.append("scored")
        rank.leave()
        return list(done)

    assert on_ranks(2, work) == [["scored"]] * 2
    first, second = (Rank(Meeting(2), number) for number in range(2))
    second.fail()
    second.leave()
    assert second.lost and not first.lost


def test_an_end_from_outside_is_told_once() -> None:
    rank = Rank(Meeting(2), 0)
    with pytest.raises(LostProcess) as caught:
        rank.on_end(signal.SIGTERM, None)
    assert str(caught.value) == "training: expected 2 processes, lost one of them (told to end)."
    rank.on_end(signal.SIGTERM, None)  # while the first is dealt with


def test_one_process_needs_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    assert not are_several() and place_on_machine() == 0
    for name, value in (("RANK", "0"), ("WORLD_SIZE", "1"), ("MASTER_ADDR", "here"), ("MASTER_PORT", "1")):
        monkeypatch.setenv(name, value)
    assert not are_several()
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert are_several() and place_on_machine() == 1


@pytest.mark.parametrize(("threads", "neighbours", "own"), [(4, 1, 4), (4, 2, 2), (1, 2, 1), (7, 2, 3)])
def test_the_threads_of_a_machine_are_shared(threads: int, neighbours: int, own: int) -> None:
    engine = Rank(Meeting(2), 0)
    engine.neighbours = neighbours
    assert own_threads(engine, threads) == own
    assert own_threads(OneProcess(), threads) == threads
    assert engine.share == Share(0, 2)


def test_processes_that_cannot_meet_do_not_train_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RANK": "1", "WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    monkeypatch.delenv("MASTER_PORT", raising=False)
    with pytest.raises(TaggerError) as caught, opened_engine("cpu"):
        pass
    assert str(caught.value) == (
        "training: expected all variables by which processes meet, found WORLD_SIZE 2 without MASTER_ADDR, "
        "MASTER_PORT. Start with torchrun, or unset WORLD_SIZE to train in one process."
    )
