"""Static word vectors of a sentence transformer, written to a word2vec text file.

    python scripts/make_sentence_vectors.py VECTORS.txt --model FOLDER --words FILE

Each word alone goes through the transformer; the mean of the last hidden states over its pieces, markers included, is
its vector, which principal components then make smaller. The result is a word2vec text file for
`features.static.NAME.vectors`. FOLDER is a saved model with its tokenizer (all-MiniLM-L6-v2, say), FILE has a word a
line, the most frequent first, with or without a count behind a tab (words.tsv of a pretrained model). Needs the
package transformers, which tagger itself does not; two minutes for 100,000 words and six layers of 384 numbers.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[np.float32]

BATCH = 256
SPREAD = 0.35
"""Standard deviation of the numbers written: about that of word vectors that tagger has trained."""


def main() -> None:
    """Read words, encode, reduce, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="folder of the transformer")
    parser.add_argument("--words", type=Path, required=True, help="a word a line, most frequent first")
    parser.add_argument("--count", type=int, default=100_000, help="words that get a vector")
    parser.add_argument("--dim", type=int, default=64)
    arguments = parser.parse_args()
    lines = arguments.words.read_text("utf-8").splitlines()[: arguments.count]
    words = [line.split("\t")[0] for line in lines]
    vectors = reduced(encoded(words, arguments.model), arguments.dim)
    with arguments.vectors.open("w", encoding="utf-8") as file:
        file.write(f"{len(words)} {arguments.dim}\n")
        for word, vector in zip(words, vectors, strict=True):
            file.write(f"{word} {' '.join(f'{value:.4f}' for value in vector)}\n")


@torch.inference_mode()
def encoded(words: Sequence[str], folder: Path) -> Array:
    """A unit vector for each word. Shape: [words, width of the transformer]."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    lengths = [len(pieces) for pieces in tokenizer(list(words))["input_ids"]]
    order = np.argsort(lengths, kind="stable")  # words of like length together: little padding
    result = np.zeros((len(words), model.config.hidden_size), np.float32)
    for begin in range(0, len(words), BATCH):
        chosen = order[begin : begin + BATCH]
        batch = tokenizer([words[i] for i in chosen], return_tensors="pt", padding=True)
        mask = batch["attention_mask"][:, :, None]
        states = model(**batch).last_hidden_state * mask
        result[chosen] = (states.sum(1) / mask.sum(1)).numpy()
    return result / np.linalg.norm(result, axis=1, keepdims=True)


def reduced(vectors: Array, dim: int) -> Array:
    """The first principal components, scaled to SPREAD. Shapes: [N, D] -> [N, dim]."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)  # ascending
    components = centred @ directions[:, ::-1][:, :dim]
    result: Array = components * (SPREAD / components.std())
    return result


if __name__ == "__main__":
    main()
