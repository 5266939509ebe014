"""A gradient check, as plain values, to a table on stdout."""

from typing import Any

from tagger.reports.console import print_table, print_text

SHOWN = 5
"""Wrong entries that are printed of each parameter."""


def print_gradients(values: dict[str, Any], *, title: str) -> None:
    """Write what `as_json` says about a gradient check: a row a parameter, then the verdict."""
    dimensions = f"{values['sentences']} sentences, {values['words']} words"
    tasks = ", ".join(f"{name} ({objective})" for name, objective in values["tasks"].items())
    print_text(f"{title}: {values['weights']} weights; {values['data']}: {dimensions}; tasks: {tasks}")
    print_text("")
    columns = ["parameter", "checked", "of", "largest relative error", "kinks", "verdict"]
    parameters = values["parameters"]
    rows = [
        [name, f"{p['checked']:,}", f"{p['of']:,}", _error(p["largest_error"]), str(p["kinks"]), _verdict(p)]
        for name, p in parameters.items()
    ]
    print_table(columns, rows, left=(0, 5))
    print_text("")
    for name, parameter in parameters.items():
        _print_wrong(name, parameter["wrong"])
    print_text(_summary(values))
    if any(parameter["verdict"] == "flat" for parameter in parameters.values()):
        print_text("flat: here nothing depends on it (a bias before batch normalisation, a unit that is off)")
    for note in values["notes"]:
        print_text(f"note  {note}")


def group_line(name: str, checked: int) -> str:
    """What is said while the check goes on."""
    return f"{name}: {checked:,} entries"


def _print_wrong(name: str, entries: list[dict[str, Any]]) -> None:
    for entry in entries[:SHOWN]:
        place = ", ".join(map(str, entry["index"]))
        sides = f" (left {entry['left']:.6g}, right {entry['right']:.6g})" if "left" in entry else ""
        numbers = f"gradient {_number(entry['gradient'])}, difference {_number(entry['difference'])}"
        print_text(f"{name}[{place}]: {numbers}{sides}")
    if len(entries) > SHOWN:
        print_text(f"{name}: {len(entries) - SHOWN:,} more are wrong")


def _summary(values: dict[str, Any]) -> str:
    parameters = values["parameters"]
    checked = sum(p["checked"] for p in parameters.values())
    wrong = sum(len(p["wrong"]) for p in parameters.values())
    kinks = sum(p["kinks"] for p in parameters.values())
    apart = f"; {kinks:,} at kinks, between the slopes on both sides" if kinks else ""
    verdict = f"{wrong:,} of {checked:,} gradients are wrong" if wrong else f"{checked:,} gradients are right"
    return f"{verdict} (relative error up to {values['limit']:g}, step {values['step']:g}{apart})"


def _verdict(parameter: dict[str, Any]) -> str:
    verdict: str = parameter["verdict"]
    return f"{len(parameter['wrong']):,} WRONG" if verdict == "wrong" else verdict


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.6g}"


def _error(error: float | None) -> str:
    return "-" if error is None else f"{error:.1e}"
