"""Training on a CUDA device against training on the CPU; left out where there is none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tagger.config import OptimizerSettings
from tagger.records import Evaluation
from tagger.training.loop import train_epochs
from tagger.training.optimizers import build_optimizer
from tagger.training.text_lessons import corrupt, text_loss
from tests.training.corpora import encoded, plan, state
from tests.training.test_text_lessons import network as scorer
from tests.training.test_text_lessons import plan as text_plan

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

ADAM = OptimizerSettings(name="adam", rate=0.01)


def losses(device: str, *, sparse_rows: int = 0, half: bool = False) -> list[float]:
    """The loss of each step of a short training."""
    trained = state(dropout=0.0)
    trained.network.to(device)
    trained.network.in_bfloat16 = half
    settings = ADAM.model_copy(update={"sparse_rows": sparse_rows})
    trained.optimizer = build_optimizer(trained.network, settings)
    trained.generator = torch.Generator(device).manual_seed(4)
    steps = train_epochs(trained, [encoded("pos", "ner")], plan(), Evaluation)
    return [step.loss for step in steps]


@pytest.mark.parametrize("sparse_rows", [0, 1])
def test_a_gpu_trains_as_the_cpu_does(sparse_rows: int) -> None:
    assert losses("cuda", sparse_rows=sparse_rows) == pytest.approx(
        losses("cpu", sparse_rows=sparse_rows), rel=1e-3
    )


def test_mixed_precision_stays_close() -> None:
    assert losses("cuda", half=True) == pytest.approx(losses("cpu"), rel=0.05)


def test_dropout_and_hidden_words_are_drawn_on_the_gpu() -> None:
    trained = state(dropout=0.4, averaging=0.9)
    trained.network.to("cuda")
    trained = replace(
        trained,
        optimizer=build_optimizer(trained.network, ADAM),
        average=None,
        generator=torch.Generator("cuda").manual_seed(4),
    )
    steps = list(train_epochs(trained, [encoded("pos", "ner")], plan(unknown_rate=0.2), Evaluation))
    assert all(np.isfinite(step.loss) for step in steps)


def test_the_loss_of_raw_text_is_that_of_the_cpu(tmp_path: Path) -> None:
    chosen = text_plan(tmp_path)
    windows = torch.tensor([[0, 2, 3], [2, 3, 4], [5, 2, 0], [7, 9, 8]])
    drawn = corrupt(windows, chosen.corruption, 2, 6, torch.Generator().manual_seed(4))
    found = []
    for device in ("cpu", "cuda"):
        own = scorer(sparse=True).to(device)
        moved = replace(
            drawn, **{n: getattr(drawn, n).to(device) for n in ("rows", "windows", "pool", "draws")}
        )
        loss = text_loss(own, chosen, moved)
        loss.backward()  # type: ignore[no-untyped-call]
        gradients = {
            name: p.grad.to_dense().cpu() for name, p in own.named_parameters() if p.grad is not None
        }
        found.append((loss.item(), gradients))
    (one, of_one), (other, of_other) = found
    assert other == pytest.approx(one)
    for name, gradient in of_one.items():
        torch.testing.assert_close(of_other[name], gradient)
    generator = torch.Generator("cuda").manual_seed(4)
    on_gpu = corrupt(windows.cuda(), chosen.corruption.to(torch.device("cuda")), 2, 6, generator)
    assert not (on_gpu.rows[on_gpu.pool[on_gpu.draws]] == windows[:, 1:2].cuda()).any()
