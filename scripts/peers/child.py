"""One engine in one process: `python scripts/peers/child.py train|score|text|tokens ENGINE FOLDER ...`.

train   ENGINE FOLDER TRAIN DEV SAMPLE START    writes FOLDER whole, with peer.json
score   ENGINE FOLDER DEV                       prints POS accuracy and entity F1 as JSON
text    ENGINE FOLDER TEXT OUTPUT               raw text to a file of columns
tokens  ENGINE FOLDER DEV PASSES                prints seconds of the first pass and of all of them as JSON
"""

import importlib
import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from peers.engines import ENGINES, NER, POS


def main(action: str, engine: str, folder: str, *arguments: str) -> None:
    """Do what the command line says."""
    ACTIONS[action](engine, Path(folder), *arguments)


def module_of(engine: str) -> Any:
    """The module of an engine."""
    return importlib.import_module(f"peers.{ENGINES[engine].module}")


def train(engine: str, folder: Path, train_file: str, dev_file: str, sample: str, start: str) -> None:
    """Train an engine; its folder appears whole or not at all."""
    from importlib.metadata import version

    from peers.corpus import Data

    from tagger.whole_files import written_whole

    data, begun = Data(Path(train_file), Path(dev_file), int(sample)), time.perf_counter()
    with written_whole(folder) as part:
        module_of(engine).train(data, part, **({"start": start} if start else {}))
        record = {
            "engine": engine,
            "version": version(ENGINES[engine].distribution or "tagger"),
            "sample": data.sample,
            "start": start,
            "train_seconds": round(time.perf_counter() - begun, 1),
        }
        (part / "peer.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def score(engine: str, folder: Path, dev_file: str) -> None:
    """POS accuracy and entity F1 (conlleval) on development data, gold tokens."""
    from peers.corpus import read_corpus

    from tagger.evaluation.scores import MICRO_AVERAGE, score_task

    peer, gold = module_of(engine).Peer(folder), read_corpus(Path(dev_file))
    tokens = [sentence.tokens for sentence in gold]
    found = dict(zip(ENGINES[engine].tasks, zip(*peer.tag_sentences(tokens), strict=True), strict=True))
    scores = {}
    for task, tags in found.items():
        spans = task == NER
        if spans and hasattr(peer, "in_iob2"):
            tags = map(peer.in_iob2, tags)
        result = score_task(
            task,
            [sentence.ner if spans else sentence.pos for sentence in gold],
            list(tags),
            tokens,
            scheme="IOB2" if spans else "none",
            known_forms=(),
            strict=False,
        )
        scores[task] = result.conlleval[MICRO_AVERAGE].f1 if spans else result.accuracy
    print(json.dumps({task: scores.get(task) for task in (POS, NER)}))


def tag_file(engine: str, folder: Path, text: str, output: str) -> None:
    """Tag raw text into a file of columns."""
    peer = module_of(engine).Peer(folder)
    write_columns(Path(output), peer.tag_text(Path(text).read_text(encoding="utf-8")))


def write_columns(path: Path, sentences: Iterable[Sequence[list[str]]]) -> None:
    """A line a token, its columns separated by tabs, and a blank line behind each sentence."""
    with path.open("w", encoding="utf-8") as file:
        for columns in sentences:
            file.write("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n\n")


def tag_tokens(engine: str, folder: Path, dev_file: str, passes: str) -> None:
    """Tag the tokens of the development data again and again."""
    from peers.corpus import read_corpus

    tokens = [sentence.tokens for sentence in read_corpus(Path(dev_file))]
    peer, seconds = module_of(engine).Peer(folder), []
    for _ in range(int(passes)):
        begun = time.perf_counter()
        tagged = list(peer.tag_sentences(tokens))
        seconds.append(time.perf_counter() - begun)
        assert len(tagged) == len(tokens)
    figures = {"first_seconds": seconds[0], "pass_seconds": sum(seconds)}
    print(json.dumps({"tokens": sum(map(len, tokens)), **figures}))


ACTIONS = {"train": train, "score": score, "text": tag_file, "tokens": tag_tokens}

if __name__ == "__main__":
    main(*sys.argv[1:])
