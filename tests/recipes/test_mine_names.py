"""scripts/mine_names.py and make_gazetteers.py: what they count. Oracle: counts by hand on a hand-made sample."""

import importlib.util
import json
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.text.gazetteer_files import read_names

ROOT = Path(__file__).parents[2]


def load_script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MINE, MAKE = load_script("mine_names"), load_script("make_gazetteers")


def tagged(text: str) -> tuple[list[str], list[str]]:
    """`New/B-LOC York/I-LOC is big` as tokens and tags."""
    cells = [cell.partition("/") for cell in text.split()]
    return [token for token, _, _ in cells], [tag or "O" for _, _, tag in cells]


SAMPLE = [
    tagged("In New/B-LOC York/I-LOC and York/B-LOC"),
    tagged("The New/B-ORG York/I-ORG Times/I-ORG said York/B-PER"),
    tagged("new york is NEW/B-LOC YORK/I-LOC"),
    tagged("York/B-LOC"),
    tagged("it/B-ORG rained"),
]


def test_a_phrase_counts_once_in_a_stretch():
    counts = MINE.spread_of_spans(SAMPLE, stretch=2, bound=100)
    assert counts == {
        ("New York", "LOC"): 1,
        ("York", "LOC"): 2,
        ("York", "PER"): 1,
        ("New York Times", "ORG"): 1,
        ("NEW YORK", "LOC"): 1,
    }
    assert MINE.spread_of_spans(SAMPLE, stretch=1, bound=100)["York", "LOC"] == 2
    assert MINE.spread_of_spans(SAMPLE, stretch=9, bound=100)["York", "LOC"] == 1


@given(st.lists(st.sampled_from("ABCDEFGH"), max_size=60), st.integers(4, 12))
def test_a_full_table_drops_the_rarest_and_never_counts_too_many(words, bound):
    sentences = [([word], ["B-PER"]) for word in words]
    exact = MINE.spread_of_spans(sentences, stretch=1, bound=100)
    found = MINE.spread_of_spans(sentences, stretch=1, bound=bound)
    assert len(found) <= bound
    assert all(found[entry] <= exact[entry] for entry in found)
    if len(exact) <= bound:
        assert found == exact


def test_a_share_is_of_the_occurrences_of_any_case_that_are_in_no_longer_span():
    entries = [
        ("New York", "LOC"),
        ("York", "LOC"),
        ("York", "PER"),
        ("New York Times", "ORG"),
        ("Rome", "LOC"),
    ]
    assert MINE.shares(SAMPLE, entries) == {
        ("New York", "LOC"): 2 / 3,  # `new york` is no span, that in `New York Times` no occurrence
        ("York", "LOC"): 2 / 4,  # `york` is one that is no span
        ("York", "PER"): 1 / 4,
        ("New York Times", "ORG"): 1.0,
        ("Rome", "LOC"): 0.0,
    }


def test_lists_hold_what_is_frequent_and_sure_most_frequent_first():
    def read():
        return SAMPLE

    found = MINE.mine(read, min_count=1, min_share=0.5, most=9, stretch=1)
    assert found == {"LOC": [("York", 2), ("NEW YORK", 1)], "ORG": [("New York Times", 1)], "PER": []}
    assert MINE.mine(read, min_count=2, min_share=0.5, most=9, stretch=1) == {"LOC": [("York", 2)]}
    assert MINE.mine(read, min_count=1, min_share=0.6, most=1, stretch=1)["LOC"] == [("NEW YORK", 1)]


def test_both_formats_of_tagged_text_are_read(tmp_path):
    columns, records = tmp_path / "a.tsv", tmp_path / "a.jsonl"
    columns.write_text("Ann\tNNP\tB-PER\nLee\tNNP\tI-PER\n\nit\tPRP\tO\n", encoding="utf-8")
    lines = [
        {"tokens": ["Ann", "Lee"], "tags": {"xpos": ["NNP", "NNP"], "ner": ["B-PER", "I-PER"]}},
        {"tokens": ["it"], "tags": {"xpos": ["PRP"], "ner": ["O"]}},
    ]
    records.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    expected = [(["Ann", "Lee"], ["B-PER", "I-PER"]), (["it"], ["O"])]
    assert list(MINE.read_tagged(str(columns))) == list(MINE.read_tagged(str(records))) == expected
    assert list(MINE.read_tagged(str(columns), column=1))[1] == (["it"], ["PRP"])
    ends = tmp_path / "b.tsv"
    ends.write_text("Ann\tB-PER\nLee\tE-PER\n\nBo\tS-PER\n", encoding="utf-8")
    assert list(MINE.read_all([str(ends)], -1, "ner")) == [
        (["Ann", "Lee"], ["B-PER", "I-PER"]),
        (["Bo"], ["B-PER"]),
    ]


def test_a_word_is_counted_by_how_it_is_written_but_not_at_the_start():
    sentences = [["Will", "the", "sun", "see", "Will", "?"], ["The", "Sun", "will", "WILL", "will"]]
    counts = MAKE.written_counts({"will", "the sun"}, sentences)
    assert counts == {
        ("will", "lower"): 2,
        ("will", "capital"): 1,
        ("will", "upper"): 1,
        ("the sun", "lower"): 1,
    }


@pytest.mark.parametrize(
    ("name", "share", "is_kept"),
    [("Will", 0.3, True), ("Will", 0.5, False), ("WILL", 0.5, True), ("Ann", 1.0, True)],
)
def test_a_name_must_have_its_capital_in_most_places(name, share, is_kept):
    counts = MAKE.Counter({("will", "lower"): 2, ("will", "capital"): 1, ("will", "upper"): 7})
    assert MAKE.is_mostly_capital(name, counts, share) is is_kept


@pytest.mark.parametrize(
    ("change", "name", "found"),
    [
        ("short_company", "Airgas, Inc.", ["Airgas"]),
        ("short_company", "J.P. Morgan Chase & Co.", ["J.P. Morgan Chase"]),
        ("short_company", "Ford Motor Company", ["Ford Motor"]),
        ("short_company", "Starz Holdings Corp.", ["Starz Holdings", "Starz"]),
        ("short_company", "Apple", []),
        ("short_country", "Tanzania, United Republic of", ["Tanzania", "Tanzania, United Republic of"]),
        ("short_country", "Antigua & Barbuda", ["Antigua & Barbuda", "Antigua and Barbuda"]),
        ("short_country", "Falkland Islands (Malvinas)", ["Falkland Islands", "Falkland Islands (Malvinas)"]),
        ("short_region", "Izmir Province", ["Izmir"]),
        ("short_region", "State of Acre", ["Acre"]),
        ("short_city", "Kurobe-shi", ["Kurobe", "Kurobe-shi"]),
        ("short_city", "Saint Paul", ["Saint Paul", "St. Paul"]),
    ],
)
def test_short_forms_of_names(change, name, found):
    assert getattr(MAKE, change)(name) == found


def test_names_that_may_stand_in_a_list():
    names = [
        "Győr",
        "Győr",
        "monday",
        "May",
        "French",
        "Łódź",
        "3M",
        "AT&T",
        "A (b)",
        "one Two 3 4 5 6 7 8",
        "paris",
    ]
    assert MAKE.possible(names, frozenset(["french"])) == ["Győr", "Gyor", "Łódź", "Lodz", "AT&T"]


def test_the_lists_are_made_from_the_sources(tmp_path, monkeypatch):
    data = tmp_path / "data" / "gazetteers"
    files = {
        "dariusk/firstNames.json": '{"firstNames": ["Ann", "Will"]}',
        "dariusk/lastNames.json": '{"lastNames": ["Smith", "France"]}',
        "dariusk/us_cities.json": '{"cities": [{"city": "Akron", "state": "Ohio"}]}',
        "dariusk/english_towns_cities.json": '{"towns": ["Yate"], "cities": ["Bath"]}',
        "dariusk/countries.json": '{"countries": ["France"]}',
        "dariusk/rivers.json": '{"rivers": [{"name": "Nile"}]}',
        "dariusk/nationalities.json": '{"nationalities": ["French", "Citizen of X"]}',
        "dariusk/fortune500.json": '{"companies": ["Airgas, Inc."]}',
        "dariusk/nasdaq.json": '{"corporations": [{"name": "Intel"}]}',
        "dariusk/newspapers.json": '{"newspapers": ["The Blade"]}',
        "names/male.txt": "Bob\n",
        "names/female.txt": "Zoë\n",
        "names/README": "Credit is due.\n",
        "world-cities/world-cities.csv": "name,country,subcountry\nGyőr,Hungary,Győr County\n",
        "sp500/constituents.csv": "Symbol,Security\nT,AT&T\n",
    }
    for name, content in files.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(content, encoding="utf-8")
    text = tmp_path / "text.xz"
    text.write_bytes(MAKE.lzma.compress(b"It will do. The bath is hot, the blade is not.\n"))
    census = tmp_path / "names.tar.gz"
    with tarfile.open(census, "w:gz") as archive:
        for part, content in {
            "male.first": b"JAMES 1\n",
            "female.first": b"MARY 1\n",
            "all.last": b"MCKAY 1\n",
        }.items():
            member = tarfile.TarInfo(f"names/dist.{part}")
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    out = tmp_path / "out"
    arguments = [str(out), "--data", str(data.parent), "--text", str(text), "--census", str(census)]
    monkeypatch.setattr("sys.argv", ["make_gazetteers.py", *arguments])
    MAKE.main()
    lists = {path.stem: read_names(str(path)) for path in out.glob("*s.txt")}
    assert lists["first-names"] == ["Ann", "Zoë", "Zoe", "Bob", "James", "Mary"]
    assert lists["surnames"] == ["Smith", "Mckay", "McKay"]
    assert lists["cities"] == ["Győr", "Gyor", "Akron", "Yate"]
    assert lists["nationalities"] == ["French"]
    assert lists["places"][:5] == ["France", "Nile", "Ohio", "Hungary", "Győr County"]
    assert lists["organisations"][:4] == ["AT&T", "Airgas, Inc.", "Airgas", "Intel"]
    assert "The Blade" not in lists["organisations"]
    assert (out / "names-corpus-README.txt").read_text() == "Credit is due.\n"
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "| surnames.txt | 3 | corpora 1, census 2 |" in card and "CC BY 4.0" in card
