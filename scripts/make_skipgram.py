"""Skip-gram vectors of raw text: `python scripts/make_skipgram.py VECTORS.txt TEXT...`.

A second source of word vectors beside those of `tagger pretrain`, to compare with or to put into
`features.static.NAME.vectors`: words that share topics come near, where the window objective brings words of like use
together. Skip-gram with negative samples (Mikolov et al. 2013) as the package gensim has it, which tagger itself does
not need; texts may be .xz, are tokenised by tagger, lower-cased, digits folded to 0. Centred, and scaled to the spread
of word vectors that tagger has trained. Two epochs over 73 million tokens take about 20 minutes of two cores.
"""

import argparse
import lzma
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tagger.text.features import normalize_word
from tagger.text.tokenizer import split_sentences

SPREAD = 0.35
REACH, NEGATIVE, SUBSAMPLE, RARE = 5, 8, 1e-4, 5


def main() -> None:
    """Tokenise, train, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("vectors", type=Path)
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("--words", type=int, default=150_000, help="most frequent words that get a vector")
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2, help="threads; with one the result is repeatable")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    from gensim.models import Word2Vec

    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "tokens.txt"
        write_tokens(arguments.texts, corpus)
        model = Word2Vec(
            corpus_file=str(corpus),
            vector_size=arguments.dim,
            window=REACH,
            sg=1,
            negative=NEGATIVE,
            sample=SUBSAMPLE,
            min_count=RARE,
            max_final_vocab=arguments.words,
            epochs=arguments.epochs,
            workers=arguments.workers,
            seed=arguments.seed,
        )
    vectors = model.wv.vectors - model.wv.vectors.mean(axis=0)
    vectors *= SPREAD / vectors.std()
    with arguments.vectors.open("w", encoding="utf-8") as file:
        file.write(f"{len(vectors)} {arguments.dim}\n")
        for word, vector in zip(model.wv.index_to_key, vectors, strict=True):
            file.write(f"{word} {' '.join(f'{value:.4f}' for value in vector)}\n")


def write_tokens(texts: Sequence[Path], corpus: Path) -> None:
    """A sentence a line, tokens with a space between them."""
    with corpus.open("w", encoding="utf-8") as output:
        for path in texts:
            with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open() as file:
                for line in file:
                    for tokens, _, _ in split_sentences(line):
                        words = (normalize_word(word, lowercase=True, fold_digits=True) for word in tokens)
                        output.write(" ".join(words) + "\n")


if __name__ == "__main__":
    main()
