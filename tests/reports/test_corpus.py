"""Tables of a corpus as plain text and as Markdown."""

from tagger.reports.corpus import aligned, column_table, data_card, label_table, markdown, size_table
from tagger.text.statistics import SplitStatistics

STATISTICS = {
    "train": SplitStatistics(
        1000, 23456, 700, {"pos": {"N": 3, "V|": 1}, "ner": {"O": 1}}, {"ner": {"X": 1234, "": 2}}
    ),
    "dev": SplitStatistics(10, 100, 50, {"pos": {"N": 2}, "ner": {"O": 1}}, {"ner": {"X": 1}}, 5, 7),
}
SCHEMES = {"pos": "none", "ner": "IOB2"}


def test_sizes_stand_on_the_right():
    assert aligned(size_table(STATISTICS)).splitlines() == [
        "split  sentences  tokens  forms  unseen forms  unseen tokens",
        "train      1,000  23,456    700",
        "dev           10     100     50     5 (10.0%)       7 (7.0%)",
    ]


def test_columns_list_their_entities():
    assert aligned(column_table(STATISTICS, SCHEMES)).splitlines() == [
        "column  scheme               train  dev",
        "pos     none    labels           2    1",
        "ner     IOB2    labels           1    1",
        "                entities     1,236    1",
        "                  X          1,234    1",
        "                  (no type)      2    0",
    ]


def test_markdown_escapes_bars():
    assert markdown(label_table("pos", STATISTICS)).splitlines() == [
        "| pos | train | dev |",
        "|---|---|---|",
        "| N | 3 | 2 |",
        "| V\\| | 1 | 0 |",
    ]


def test_long_lists_of_labels_are_cut():
    split = SplitStatistics(1, 1, 1, {"pos": {str(i): 1 for i in range(30)}})
    assert label_table("pos", {"train": split})[-1] == ["and 5 more", ""]


def test_the_card_names_sources_licence_and_command():
    source = {"split": "train", "path": "a.conll", "schemes": "ner IOB1", "sha256": "abc"}
    card = data_card(
        STATISTICS,
        SCHEMES,
        sources=[source],
        notes=["said"],
        command="tagger prep x",
        licence="CC0",
        fingerprint="f",
    )
    for part in (
        "| train | a.conll | ner IOB1 | abc |",
        "Licence: CC0",
        "tagger prep x",
        "- said",
        "`f`",
        "| N | 3 | 2 |",
    ):
        assert part in card
