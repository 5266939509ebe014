"""`tagger search`: settings and a space of values to the best settings."""

from pathlib import Path
from typing import Annotated

import typer


def search(
    settings: Annotated[
        Path | None,
        typer.Argument(help="Settings file (TOML) that the search changes.", show_default=False),
    ] = None,
    space: Annotated[
        Path | None,
        typer.Argument(help="Which settings to try, and how (TOML; see the README).", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the search to write.", show_default=False)
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Prepared folder; overrides data.folder.", show_default=False)
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", help="section.key=value, over the file's.", show_default=False),
    ] = None,
    workers: Annotated[
        int, typer.Option(help="Trainings at once, each in a process with one thread.", min=1)
    ] = 1,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Go on with the search in this folder; finished trainings are kept.", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output folder if it exists.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Try many settings: grid, random or TPE search in stages, and write the best as a settings file.

    The folder holds every finished trial (trials.jsonl) and best.toml for `tagger train`. Ctrl-C loses nothing that is
    finished: `tagger search --resume FOLDER` goes on.
    """
    if resume is not None:
        if settings or space or output or data or overrides or force:
            raise typer.BadParameter("--resume takes everything from the folder", param_hint="--resume")
    elif settings is None or space is None:
        raise typer.BadParameter("give a settings file and a file with the space to search")
    elif output is None:
        raise typer.BadParameter("name the folder of the search to write", param_hint="--output")
    from tagger.recipes.search_folder import searched
    from tagger.recipes.search_space import read_space
    from tagger.reports.console import print_message
    from tagger.reports.search import print_search, progress_line
    from tagger.settings_file import load_settings

    if resume is not None:
        chosen, described = searched(resume)
    else:
        assert space is not None
        chosen = load_settings(settings, [*([f"data.folder={data}"] if data else []), *(overrides or [])])
        described = read_space(space, chosen)
    from tagger.recipes.search import search as run

    folder = resume or output
    assert folder is not None
    report = run(
        chosen,
        described,
        folder,
        workers=workers,
        force=force,
        resume=resume is not None,
        observe=lambda progress: None if quiet else print_message(progress_line(progress.as_json())),
        note=lambda text: None if quiet else print_message(text),
    )
    print_search(report.as_json(), as_json=as_json)
    if report.interrupted:
        raise typer.Exit(130)
