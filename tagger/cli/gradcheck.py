"""`tagger gradcheck`: are the gradients right?"""

from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Exit, Option


def gradcheck(
    subject: Annotated[
        Path,
        Argument(
            metavar="SETTINGS|MODEL", help="A settings file (TOML), or a folder that `tagger train` wrote."
        ),
    ],
    overrides: Annotated[
        list[str] | None,
        Option("--set", help="section.key=value, over the settings file's.", show_default=False),
    ] = None,
    entries: Annotated[int, Option(help="Numbers checked of each parameter.", min=1)] = 20,
    every: Annotated[
        bool, Option("--all", help="Check every number that the sentences use; takes minutes.")
    ] = False,
    sentences: Annotated[
        int, Option(help="Sentences of each corpus to compute the loss on, short ones first.", min=1)
    ] = 8,
    no_dropout: Annotated[
        bool, Option("--no-dropout", help="Drop nothing; by default the same is dropped each time.")
    ] = False,
    step: Annotated[
        float, Option(help="How far a number is moved to either side.", min=1e-8, max=0.1)
    ] = 1e-5,
    limit: Annotated[
        float, Option(help="Largest relative error of a gradient that is right.", min=1e-9, max=0.1)
    ] = 1e-5,
    seed: Annotated[int, Option(help="Start of the draws: entries, dropout, random sentences.", min=0)] = 1,
    as_json: Annotated[bool, Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Check gradients against central differences of the loss, in float64; exit code 1 if one is wrong.

    With settings: fresh weights on the first short sentences of the training data. With a model: its weights, on the
    same sentences or, where its data are gone, on random ones. The loss is that of training: all tasks, dropout,
    batch normalisation, penalties. Kinks, where there is no derivative, are counted apart.
    """
    is_model = subject.is_dir()
    if is_model and overrides:
        raise BadParameter("a model has settings of its own", param_hint="--set")
    from tagger.settings_file import load_settings

    settings = None if is_model else load_settings(subject, overrides or [])  # before torch is loaded
    from tagger.recipes.gradcheck import as_json as plain
    from tagger.recipes.gradcheck import check
    from tagger.reports.console import print_json, print_message
    from tagger.reports.gradcheck import group_line, print_gradients

    report = check(
        settings or subject,
        sentences=sentences,
        entries=None if every else entries,
        dropout=not no_dropout,
        step=step,
        limit=limit,
        seed=seed,
        observe=lambda group: print_message(group_line(group.name, len(group.entries))) if every else None,
    )
    if as_json:
        print_json(plain(report))
    else:
        print_gradients(plain(report), title=str(subject))
    if not report.passed:
        raise Exit(1)
