"""`tagger bench`: options and what is said meanwhile; the work is `tagger.recipes.bench`."""

import os
import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from tagger.cli.text_options import Memory


def bench(
    model: Annotated[
        Path | None,
        Argument(
            metavar="MODEL",
            help="A folder that `tagger train`, `pretrain` or `finetune` wrote; by default models/en.",
        ),
    ] = None,
    text: Annotated[
        str,
        Option(
            "--text",
            help="Raw text to tag, a file or - for stdin: its beginning, or all of it repeated, to about four million "
            "characters. Without it: random sentences of the model's words; your own text says more.",
            metavar="FILE",
            show_default=False,
        ),
    ] = "",
    task: Annotated[
        list[str] | None,
        Option("--task", "-t", help="Tag this task only; may be repeated.", show_default=False),
    ] = None,
    memory: Memory = 200,
    workers: Annotated[
        int, Option(min=1, max=256, help="Compare the speed of so many processes with that of one.")
    ] = 1,
    runs: Annotated[int, Option(min=1, help="Runs of which the median counts.")] = 5,
    quick: Annotated[
        bool, Option("--quick", help="A tenth of the text; rough figures within seconds.")
    ] = False,
    as_json: Annotated[bool, Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Measure how fast a model tags on this machine, on one core: every stage, one sentence, start-up, memory."""
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, as `tagger tag`
    from tagger.inference.default_model import default_model
    from tagger.recipes.bench import bench as measure
    from tagger.recipes.bench import bench_as_json
    from tagger.reports.bench import print_bench
    from tagger.reports.console import print_json, print_message

    found = measure(
        model or default_model(),
        text=text or None,
        tasks=tuple(task or ()),
        memory=memory * 1_000_000,
        workers=workers,
        runs=runs,
        quick=quick,
        observe=print_message if sys.stderr.isatty() else lambda doing: None,
    )
    values = bench_as_json(found)
    if as_json:
        print_json(values)
    else:
        print_bench(values)
