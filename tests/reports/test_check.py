"""The report of a check: grouped by kind, a few places of each, counts."""

import json

from tagger.reports.check import check_as_json, print_check, print_fix
from tagger.text.findings import CheckedFile, CheckReport, Finding, FixReport, Place, Repair


def report(count: int = 5) -> CheckReport:
    others = (Place("a", 8), Place("a", 9), Place("b", 1), Place("b", 2))
    return CheckReport(
        (CheckedFile("train", "a", 1, 2345, {"pos": "none", "ner": "IOB2"}, {"pos": 12, "ner": 1}),),
        (
            Finding("broken-tag", Place("a", 3), "I-X after O", "B-X", "Mend it."),
            Finding("mojibake", Place("a", 7), "'Ã©'", "'é'", others=others),
            *(Finding("no-words", Place("a", line), "no letter or digit: -") for line in range(count)),
        ),
        ("a note",),
    )


def test_findings_are_grouped_by_severity_and_kind(capsys):
    print_check(report())
    assert capsys.readouterr().out == (
        "train: a: 1 sentence, 2,345 tokens; pos plain (12 labels), ner IOB2 (1 label)\n"
        "\n"
        "error broken-tag  1 place: tags that may not follow the one before\n"
        "  a:3: expected B-X, found I-X after O. Mend it.\n"
        "\n"
        "warning mojibake  5 places: tokens decoded by the wrong encoding\n"
        "  a:7: expected 'é', found 'Ã©'. Also: 8, 9, b:1 and 1 more.\n"
        "\n"
        "note no-words  5 places: sentences of punctuation alone\n"
        "  a:0: no letter or digit: -.\n"
        "  a:1: no letter or digit: -.\n"
        "  a:2: no letter or digit: -.\n"
        "  and 2 more (--kind no-words --all names them)\n"
        "\n"
        "note  a note\n"
        "\n"
        "1 error, 5 warnings, 5 notes of 3 kinds in 1 sentence\n"
    )


def test_places_shown_and_more_add_up(capsys):
    others = (Place("a", 8), Place("a", 9))
    findings = tuple(
        Finding("mojibake", Place("a", n), "x", others=others if n == 4 else ()) for n in range(5)
    )
    print_check(CheckReport((), findings))
    lines = capsys.readouterr().out.splitlines()
    assert "7 places" in lines[1] and lines[5] == "  and 4 more (--kind mojibake --all names them)"


def test_every_place_can_be_named(capsys):
    print_check(report(), every=True)
    out = capsys.readouterr().out
    assert "Also: 8, 9, b:1, 2.\n" in out and "  a:4: no letter" in out and "more" not in out


def test_nothing_found_is_said(capsys):
    print_check(CheckReport((), ()))
    assert capsys.readouterr().out == "0 errors, 0 warnings, 0 notes of 0 kinds in 0 sentences\n"


def test_json_has_every_place():
    values = json.loads(json.dumps(check_as_json(report(1))))
    assert values["counts"] == {"errors": 1, "warnings": 5, "notes": 1}
    assert values["files"][0]["schemes"] == {"pos": "none", "ner": "IOB2"} and values["notes"] == ["a note"]
    assert values["findings"][1] == {
        "severity": "warning", "kind": "mojibake", "path": "a", "line": 7, "found": "'Ã©'", "expected": "'é'", "hint": "",
        "others": [{"path": "a", "line": 8}, {"path": "a", "line": 9}, {"path": "b", "line": 1}, {"path": "b", "line": 2}],
    }  # fmt: skip


FIXED = FixReport(
    ("out/a",),
    (
        Repair("leak", Place("a", 1), "gone"),
        *(Repair("broken-tag", Place("a", n), "I made B") for n in range(4)),
    ),
)


def test_repairs_are_grouped_by_kind(capsys):
    print_fix(FIXED)
    assert capsys.readouterr().out == (
        "broken-tag  4 repairs\n  a:0: I made B\n  a:1: I made B\n  a:2: I made B\n  and 1 more (--all names them)\n\n"
        "leak  1 repair\n  a:1: gone\n\n5 repairs; written to out/a\n"
    )


def test_repairs_as_json(capsys):
    print_fix(FIXED, as_json=True)
    values = json.loads(capsys.readouterr().out)
    assert values["outputs"] == ["out/a"]
    assert values["repairs"][0] == {"kind": "leak", "path": "a", "line": 1, "change": "gone"}
