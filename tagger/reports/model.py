"""What a model is, as plain values, to tables on stdout."""

from collections.abc import Sequence
from typing import Any

from tagger.reports.console import print_table, print_text
from tagger.reports.transfer import origin_line

ANY = "(any)"
"""The label of a scorer whose true windows have any."""
LEFT_OUT = 3
"""Words named that a file of vectors cannot hold."""


def print_model(values: dict[str, Any], *, labels: bool = False) -> None:
    """Write what `info_as_json` says about a model; with `labels` every label of every task."""
    network = values["network"]
    hidden = " + ".join(str(units) for units in network["hidden"])
    half = " in half precision" if values["half_precision"] else ""
    print_text(f"{values['path']}: {values['parameters']:,} parameters{half}, {values['megabytes']:.1f} MB")
    print_text(f"window of {network['window']} words, hidden units {hidden}, {network['activation']}")
    if taken := values.get("transfer"):
        print_text(origin_line(**taken))
    print_text("")
    tasks = values["tasks"]
    columns = ["task", "column", "scheme", "objective", "labels", "temperature"]
    rows = [
        [name, t["column"] or "-", t["scheme"], t["objective"], _labels(t), _temperature(t)]
        for name, t in tasks.items()
    ]
    print_table(columns, rows, left=range(4))
    if labels:
        print_text("")
        for name, task in tasks.items():
            print_text(f"labels of {name}: {' '.join(label or ANY for label in task['labels'])}")
    print_text("")
    print_table(["features of a word", "items"], [[name, f"{n:,}"] for name, n in values["features"].items()])
    print_text("")
    layers = [[name, f"{v['parameters']:,}", _shapes(v["shapes"])] for name, v in values["layers"].items()]
    print_table(["layer", "parameters", "shapes"], layers, left=(0, 2))
    _print_training(values)


def export_line(target: str, words: int, dim: int, left_out: Sequence[str]) -> str:
    """What was written of a word table, where, and which words were not."""
    line = f"{target}: {words:,} vectors of {dim} numbers"
    if not left_out:
        return line
    shown = ", ".join(map(repr, left_out[:LEFT_OUT]))
    others = f" and {len(left_out) - LEFT_OUT:,} others" if len(left_out) > LEFT_OUT else ""
    return f"{line}; left out, for the white space in them: {shown}{others}"


def _print_training(values: dict[str, Any]) -> None:
    metrics, run = values["metrics"], values["run"]
    if scores := metrics.get("dev"):
        print_text("")
        of = f" of {values['epochs']}" if values["epochs"] else ""
        title = f"development scores after epoch {metrics.get('epoch')}{of}"
        if is_pretrained(values):
            title = f"scores of held-out text after round {metrics.get('epoch')}{of}"
        print_table(
            ["score", "per cent"],
            [[name, f"{100 * score:.2f}"] for name, score in scores.items()],
            title=title,
        )
    for corpus in run.get("data", []):
        print_text("")
        print_text(
            f"data of {', '.join(corpus['tasks'])}: {_sizes(corpus)}, "
            f"fingerprint {corpus['fingerprint'][:12] or 'unknown'}"
        )
    if run:
        print_text(
            f"trained by tagger {run.get('tagger')} with seed {run.get('seed')} in {run.get('seconds', 0):.0f} s"
        )


def is_pretrained(values: dict[str, Any]) -> bool:
    """Whether raw text is all that the model has learnt from."""
    return all(not task["column"] for task in values["tasks"].values())


def _sizes(corpus: dict[str, Any]) -> str:
    """The sizes of a corpus, or what a run wrote down of other data."""
    summary = corpus.get("summary")
    return (
        str(summary)
        if summary
        else (
            f"{corpus['train_sentences']:,} training sentences ({corpus['train_tokens']:,} tokens), "
            f"{corpus['dev_sentences']:,} development sentences"
        )
    )


def _labels(task: dict[str, Any]) -> str:
    """How many labels a task has; of a scorer the one of its true windows."""
    labels = task["labels"]
    return labels[0] or ANY if task["objective"] == "margin" else str(len(labels))


def _temperature(task: dict[str, Any]) -> str:
    """What its scores are divided by before they are read as probabilities; a scorer has none."""
    return "-" if task["objective"] == "margin" else f"{task['temperature']:.3f}"


def _shapes(shapes: dict[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {' x '.join(map(str, shape))}" for name, shape in shapes.items())
