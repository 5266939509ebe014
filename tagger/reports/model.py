"""What a model is, as plain values, to tables on stdout."""

from typing import Any

from tagger.reports.console import print_table, print_text


def print_model(values: dict[str, Any], *, labels: bool = False) -> None:
    """Write what `info_as_json` says about a model; with `labels` every label of every task."""
    network = values["network"]
    hidden = " + ".join(str(units) for units in network["hidden"])
    print_text(f"{values['path']}: {values['parameters']:,} parameters, {values['megabytes']:.1f} MB")
    print_text(f"window of {network['window']} words, hidden units {hidden}, {network['activation']}")
    print_text("")
    tasks = values["tasks"]
    columns = ["task", "column", "scheme", "objective", "labels"]
    rows = [
        [name, t["column"], t["scheme"], t["objective"], str(len(t["labels"]))] for name, t in tasks.items()
    ]
    print_table(columns, rows, left=range(4))
    if labels:
        print_text("")
        for name, task in tasks.items():
            print_text(f"labels of {name}: {' '.join(task['labels'])}")
    print_text("")
    print_table(["features of a word", "items"], [[name, f"{n:,}"] for name, n in values["features"].items()])
    print_text("")
    layers = [[name, f"{v['parameters']:,}", _shapes(v["shapes"])] for name, v in values["layers"].items()]
    print_table(["layer", "parameters", "shapes"], layers, left=(0, 2))
    _print_training(values)


def _print_training(values: dict[str, Any]) -> None:
    metrics, run = values["metrics"], values["run"]
    if scores := metrics.get("dev"):
        print_text("")
        title = f"development scores after epoch {metrics.get('epoch')} of {values['epochs']}"
        print_table(
            ["score", "per cent"],
            [[name, f"{100 * score:.2f}"] for name, score in scores.items()],
            title=title,
        )
    for corpus in run.get("data", []):
        print_text("")
        print_text(
            f"data of {', '.join(corpus['tasks'])}: {corpus['train_sentences']:,} training sentences "
            f"({corpus['train_tokens']:,} tokens), {corpus['dev_sentences']:,} development sentences, "
            f"fingerprint {corpus['fingerprint'][:12]}"
        )
    if run:
        print_text(
            f"trained by tagger {run.get('tagger')} with seed {run.get('seed')} in {run.get('seconds', 0):.0f} s"
        )


def _shapes(shapes: dict[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {' x '.join(map(str, shape))}" for name, shape in shapes.items())
