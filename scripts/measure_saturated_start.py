"""How a badly wrong, saturated start slows the squared error down and not the log-likelihood.

    python scripts/measure_saturated_start.py

The squared error's gradient of a score carries the slope a (1 - a) of the sigmoid output a, which is close to 0 where
the output is saturated; the log-likelihood's does not. Shown twice, with plain gradient descent and the same first
weights and rate for both objectives: one sigmoid neuron (input 1, target 0), and the network of data/sample.toml on
the sample corpus (upos alone, no dropout), its head's biases set so that one rare label is on for every word and all
others are off. `--json` prints one JSON object as the last line.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tagger.network.window_network import WindowNetwork, initialise
from tagger.objectives.squared_error import squared_error
from tagger.objectives.word import word_loss
from tagger.recipes.training_data import load_training_data, task_tags
from tagger.saved import TaskDescription
from tagger.settings_file import load_settings, parse_settings
from tagger.text.features import fit_features
from tagger.text.vocabulary import count_forms
from tagger.training.batches import EncodedCorpus, batch_orders, encode, make_batch
from tagger.training.build import build_features, build_network, describe_network
from tagger.training.losses import batch_losses
from tagger.training.prediction import predict

ROOT = Path(__file__).resolve().parent.parent
OBJECTIVES = ("squared-error", "word")
NEURON_STARTS = {"ordinary": (0.6, 0.9), "saturated": (2.0, 2.0)}  # weight and bias
NEURON_RATE, NEURON_TARGET, NEURON_EPOCHS = 0.15, 0.1, 1000
NEURON_SHOWN = (0, 50, 100, 200, 300)
NETWORK_SHOWN = (0, 1, 2, 5, 10, 20, 40)
TASK = "upos"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=0.2, help="learning rate of the network")
    parser.add_argument("--bias", type=float, default=6.0, help="size of the saturated biases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    neuron = {
        start: {objective: learn_one_neuron(objective, *weights) for objective in OBJECTIVES}
        for start, weights in NEURON_STARTS.items()
    }
    print_neuron(neuron)
    network = {
        start: {
            objective: learn_corpus(objective, bias=bias, rate=arguments.rate, seed=arguments.seed)
            for objective in OBJECTIVES
        }
        for start, bias in (("ordinary", 0.0), ("saturated", arguments.bias))
    }
    print_network(network, arguments)
    if arguments.json:
        reached = {s: {o: epochs_to_target(run) for o, run in runs.items()} for s, runs in neuron.items()}
        print(json.dumps({"neuron_epochs": reached, "network": network}))


def learn_one_neuron(objective: str, weight: float, bias: float) -> list[float]:
    """The output before each epoch of one sigmoid neuron with input 1 and target 0, float64.

    The log-likelihood of one sigmoid output is that of a softmax over its score and a second score of 0.
    """
    values = torch.tensor([weight, bias], dtype=torch.float64, requires_grad=True)
    outputs = []
    for _ in range(NEURON_EPOCHS):
        score = values.sum().reshape(1, 1)  # weight * 1 + bias
        outputs.append(torch.sigmoid(score).item())
        if objective == "word":
            loss = word_loss(torch.cat([torch.zeros_like(score), score], 1), torch.tensor([0]))
        else:
            loss = squared_error(score, torch.zeros_like(score)).mean()
        (gradient,) = torch.autograd.grad(loss, values)
        values = (values - NEURON_RATE * gradient).detach().requires_grad_()
    return outputs


def epochs_to_target(outputs: list[float]) -> int:
    """Epochs until the output is down to NEURON_TARGET."""
    return next(epoch for epoch, output in enumerate(outputs) if output <= NEURON_TARGET)


def learn_corpus(
    objective: str, *, bias: float, rate: float, seed: int, epochs: tuple[int, ...] = NETWORK_SHOWN
) -> list[dict[str, float]]:
    """Loss and accuracy on the training sentences after so many `epochs`.

    The head's biases start at `bias` for the rarest label and at -`bias` for all others.
    """
    network, corpus = prepare(objective, bias=bias, seed=seed)
    optimizer = torch.optim.SGD(network.parameters(), rate)
    shuffle = np.random.default_rng(seed)
    shown = []
    for epoch in range(max(epochs) + 1):
        if epoch in epochs:
            shown.append({"epoch": epoch, **score(network, corpus)})
        for order in batch_orders(corpus.lengths, 100, shuffle):
            batch = make_batch(corpus, order, network.window)
            scores = network(batch.rows, batch.characters, batch.windows)
            optimizer.zero_grad()
            batch_losses(network, batch, scores)[TASK].backward()
            optimizer.step()
    return shown


def prepare(objective: str, *, bias: float, seed: int) -> tuple[WindowNetwork, EncodedCorpus]:
    """The network with its first weights and the training sentences of the sample corpus."""
    settings = load_settings(ROOT / "data" / "sample.toml")
    train = [str(ROOT / "data" / "sample.train.conllu")]
    reading = parse_settings({"data": {"train": train}, "tasks": {TASK: {"objective": objective}}})
    data = load_training_data(reading)
    sentences, task = data.corpora[0].train, data.tasks[0]
    tags = task_tags(sentences, task, "none")
    lookups, characters = build_features(settings.features)
    features = fit_features(lookups, characters, count_forms(s.tokens for s in sentences))
    corpus = encode(
        [s.tokens for s in sentences],
        features,
        {TASK: tags},
        {TASK: {label: row for row, label in enumerate(task.labels)}},
    )
    network = build_network(features, describe_network(settings.network), (task,))
    initialise(network, settings.network.initialiser, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        network.head(TASK).bias.fill_(-bias)[rarest(task, tags)] = bias
    return network, corpus


def rarest(task: TaskDescription, tags: list[list[str]]) -> int:
    """The number of the label with the fewest tokens."""
    counts = Counter(tag for sentence in tags for tag in sentence)
    return min(range(len(task.labels)), key=lambda row: counts[task.labels[row]])


def score(network: WindowNetwork, corpus: EncodedCorpus) -> dict[str, float]:
    """Mean loss a word and accuracy on the whole corpus."""
    everything = make_batch(corpus, np.arange(len(corpus.lengths)), network.window)
    with torch.no_grad():
        scores = network(everything.rows, everything.characters, everything.windows)
        loss = batch_losses(network, everything, scores)[TASK].item()
    found = np.concatenate(predict(network, corpus, (TASK,))[TASK])
    return {"loss": loss, "accuracy": float((found == corpus.labels[TASK]).mean())}


def print_neuron(runs: dict[str, dict[str, list[float]]]) -> None:
    """Outputs at some epochs, and when the target is reached."""
    print(f"one sigmoid neuron, input 1, target 0, rate {NEURON_RATE}: its output after so many epochs")
    print(
        f"{'start':<10} {'objective':<14}"
        + "".join(f"{epoch:>7}" for epoch in NEURON_SHOWN)
        + f"   epochs to {NEURON_TARGET}"
    )
    for start, by_objective in runs.items():
        for objective, outputs in by_objective.items():
            shown = "".join(f"{outputs[epoch]:>7.3f}" for epoch in NEURON_SHOWN)
            print(f"{start:<10} {objective:<14}{shown}   {epochs_to_target(outputs):>13}")


def print_network(runs: dict[str, dict[str, list[dict[str, Any]]]], arguments: argparse.Namespace) -> None:
    """Loss and accuracy at some epochs, the objectives side by side."""
    print(
        f"\nnetwork of data/sample.toml, {TASK} of the sample corpus, training data, SGD, rate {arguments.rate},"
    )
    print(
        f"saturated: biases of the head {arguments.bias:g} for one rare label, {-arguments.bias:g} for the others"
    )
    for start, by_objective in runs.items():
        print(f"\n{start + ' start':<16}" + "".join(f"{objective:^22}" for objective in OBJECTIVES))
        print(f"{'epoch':>16}" + f"{'loss':>11}{'accuracy':>11}" * len(OBJECTIVES))
        for place, epoch in enumerate(NETWORK_SHOWN):
            cells = (by_objective[objective][place] for objective in OBJECTIVES)
            print(f"{epoch:>16}" + "".join(f"{c['loss']:>11.3f}{100 * c['accuracy']:>11.2f}" for c in cells))


if __name__ == "__main__":
    main()
