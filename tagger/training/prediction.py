"""Tags of a corpus by the torch network itself; what the loop scores development data with."""

import torch

from tagger.network.window_network import WindowNetwork
from tagger.objectives.decoding import viterbi
from tagger.training.batches import EncodedCorpus, batch_orders, make_batch

EVALUATION_WORDS = 4000
"""Words a batch when nothing is learnt."""


def predict(
    network: WindowNetwork, corpus: EncodedCorpus, tasks: tuple[str, ...]
) -> dict[str, list[list[int]]]:
    """The label numbers of every sentence, a task each: best allowed path of a span scheme, else each word's best."""
    device = next(network.parameters()).device
    training = network.training
    network.eval()
    predicted: dict[str, list[list[int]]] = {task: [[] for _ in corpus.lengths] for task in tasks}
    with torch.no_grad():
        for order in batch_orders(corpus.lengths, EVALUATION_WORDS):
            batch = make_batch(corpus, order, network.window).to(device)
            scores = network(batch.rows, batch.characters, batch.windows, tasks=tasks)
            for task, values in scores.items():
                head = network.head(task)
                if head.transitions is None and bool(head.allowed.all()):
                    path = values.argmax(1)[batch.places]
                else:
                    logs = values if head.transitions is not None else values.log_softmax(1)
                    path = viterbi(logs[batch.places], batch.mask, head.transition_scores())
                for sentence, tags in zip(order.tolist(), path.tolist(), strict=True):
                    predicted[task][sentence] = tags[: int(corpus.lengths[sentence])]
    network.train(training)
    return predicted
