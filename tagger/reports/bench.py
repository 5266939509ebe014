"""How fast a model tags, as plain values, to tables on stdout."""

from typing import Any

from tagger.reports.console import print_table, print_text

TOTAL, READY = "raw text to written tags", "ready tokens to tags in memory"
BUSY = 0.5
"""Processes a core that ran before: from there on figures are doubtful."""


def print_bench(values: dict[str, Any]) -> None:
    """Write what `bench_as_json` says: what was measured where, a row a stage, and the single figures."""
    _print_head(values)
    print_text("")
    print_table(["stage", "tokens/s", "microseconds/token", "share %"], _stages(values))
    print_text("")
    _print_figures(_figures(values))
    load, cores = values["machine"]["load"], values["machine"]["cores"]
    if load is not None and load > BUSY * cores:
        print_text("")
        print_text(
            f"note  the machine was busy before (load {load:.1f}, {cores} cores): figures may be too low"
        )


def _print_head(values: dict[str, Any]) -> None:
    model, machine, text = values["model"], values["machine"], values["text"]
    sizes = f"{model['megabytes_on_disk']:.1f} MB on disk, weights of {model['megabytes_of_weights']:.1f} MB"
    print_text(f"{model['path']}: {', '.join(model['tasks'])}; {sizes}")
    loops = "compiled loops" if machine["compiled_loops"] else "NumPy's loops, no compiled ones"
    threads = f", {machine['blas_threads']} thread" if machine["blas_threads"] == "1" else ""
    versions = f"Python {machine['python']}, NumPy {machine['numpy']}, {machine['blas']}{threads}"
    print_text(f"{machine['processor']}, {machine['cores']} cores; {versions}; {loops}")
    counts = f"{text['characters']:,} characters, {text['sentences']:,} sentences, {text['tokens']:,} tokens"
    print_text(f"{text['source']}: {counts}, {text['forms']:,} forms; medians of {values['runs']} runs")


def _print_figures(rows: list[list[str]]) -> None:
    names, figures = (max(len(row[column]) for row in rows) for column in (0, 1))
    for name, figure, about in rows:
        print_text(f"{name:{names}}  {figure:>{figures}}  {about}".rstrip())


def _stages(values: dict[str, Any]) -> list[list[str]]:
    rows = [
        [name, _count(one["tokens_per_second"]), f"{one['microseconds']:.2f}", f"{100 * one['share']:.1f}"]
        for name, one in values["stages"].items()
    ]
    for name, key in ((TOTAL, "total"), (READY, "ready_tokens")):
        rows.append(
            [name, _count(values[key]["tokens_per_second"]), f"{values[key]['microseconds']:.2f}", ""]
        )
    return rows


def _figures(values: dict[str, Any]) -> list[list[str]]:
    process, new, table, start = (values[key] for key in ("process", "new_forms", "table", "start_up"))
    rate = f"{_count(process['tokens_per_second'])} tokens/s, start-up and new forms included"
    rows = [
        ["one process for the text", f"{process['seconds']:.2f} s", rate],
        ["its peak memory", f"{process['peak_megabytes']:.0f} MB", ""],
        ["start-up", f"{start['tag_seconds']:.2f} s", "`tagger tag` on one sentence"],
        ["", f"{start['help_seconds']:.2f} s", "`tagger --help`"],
    ]
    for key, of in (("tokens", "ready tokens"), ("text", "raw text")):
        one = values["latency"][key]
        most = f"median of {one['samples']:,}; 99 % within {one['p99_ms']:.2f} ms"
        rows.append([f"one sentence, {of}", f"{one['p50_ms']:.2f} ms", most])
    rows.append(["a new form", f"{new['microseconds']:.1f} us", f"{_count(new['per_second'])} a second"])
    room = f"{table['megabytes']:.0f} MB, with room for {table['capacity']:,} in {table['megabytes_at_most']:.0f} MB"
    hits = f"{100 * table['hit_rate']:.1f} % of tokens found the first time"
    rows.append(["forms kept", f"{table['forms']:,}", f"{room}; {hits}"])
    if values["workers"]:
        more = values["workers"]
        both = f"{more['seconds']:.2f} s against {more['seconds_of_one']:.2f} s of one"
        rows.append([f"{more['workers']} workers", f"{more['ratio']:.2f} times", both])
    return rows


def _count(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:,.0f}"
