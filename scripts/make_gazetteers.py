"""Lists of English names from openly licensed sources: `python scripts/make_gazetteers.py OUTPUT_DIR [--census FILE]`.

Reads the folders gazetteers/ and text/ of the data folder (TAGGER_DATA) and writes one text file a list, a name a line
in its usual spelling, and README.md with sources, licences and the lines of credit that they ask for. FILE is the
source archive of the package `names` (`pip download --no-deps names==0.3.0`), which carries the name counts of the 1990
census of the United States; without it the lists of people are short.

A name whose words stand in running text in lower case as often as not is left out (`will`, `The Record`), as are days,
months and points of the compass. Which those are is counted in the Wikipedia text.
"""

import argparse
import lzma
import os
import re
import shutil
import tarfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tagger.text.gazetteer_files import phrase_tokens, read_names
from tagger.text.tokenizer import split_sentences

ROOT = Path(__file__).parents[1]
OWN = Path(__file__).parent / "names"
DATA = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))
MIN_SHARE = 0.8
"""Share of a name's occurrences, other than at the start of a sentence, that must have a capital letter."""

MOST_TOKENS = 6
NEVER = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun "
    "north south east west northern southern eastern western central centre center upper lower middle none university "
    "prime president minister king queen prince princess lord lady sir saint dr mr mrs street avenue".split()
)

ADMINISTRATIVE = re.compile(
    r"^(?:State|Province|Department|Region|Federal District) of (?:the )?| (?i:province|department|governorate|region|"
    r"oblast|county|prefecture|district|parish|canton|municipality|voivodeship|krai|state)$"
)
COMPANY_END = re.compile(
    r"(?i)[ ,]+(?:and |& )?(?:inc\.?|corp\.?|corporation|co\.?|company|companies|ltd\.?|limited|plc|n\.v\.|s\.a\.|llc|"
    r"l\.p\.|group|holdings?|incorporated|international|stores|\(the\)|(?:\(?class|series) [abc]\)?|& co\.?)$"
)
PLAIN = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "ß": "ss",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
    }
    | dict.fromkeys("‘’ʻʼ`´", "")
)


class Source(NamedTuple):
    """Where names come from and what must be said of it."""

    what: str
    licence: str
    credit: str


SOURCES = {
    "census": Source(
        "US Census Bureau, names of the 1990 census (from the package names 0.3.0)",
        "public domain (work of the US government)",
        "Names: US Census Bureau, 1990 census.",
    ),
    "names": Source(
        "Names Corpus 1.3, Mark Kantrowitz, additions by Bill Ross",
        "free to use and pass on with credit and its README (names-corpus-README.txt)",
        "First names: Names Corpus, version 1.3, copyright (C) 1991 Mark Kantrowitz, additions by Bill Ross.",
    ),
    "corpora": Source("Darius Kazemi and contributors, Corpora", "CC0 1.0", ""),
    "gov.uk": Source(
        "gov.uk, list of nationalities (from Corpora)",
        "Open Government Licence 3.0",
        "Nationalities: contains public sector information licensed under the Open Government Licence v3.0.",
    ),
    "geonames": Source(
        "GeoNames, cities above 15,000 inhabitants (datahub.io/core/world-cities)",
        "CC BY 4.0",
        "Places: GeoNames (https://www.geonames.org/), CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/), "
        "by way of Lexman and the Open Knowledge Foundation; spellings without accents and short forms added.",
    ),
    "sp500": Source(
        "S&P 500 companies (datahub.io/core/s-and-p-500-companies, from Wikipedia)", "PDDL 1.0", ""
    ),
    "own": Source("written for this program", "that of the program", ""),
}
LEFT_OUT = """\
- `smashew` (NameDatabases): under the Unlicense, but nothing says where its names come from, and nobody can waive the
  rights of others. The census lists find more.
- `country-list`: its README says that ISO allows its codes and names for non-commercial use only and that the rights
  are unclear. The other sources have the same countries.
"""

Names = dict[str, list[str]]  # source -> its names


def people(folder: Path, census: Path | None) -> tuple[Names, Names]:
    """First names and surnames."""
    first = {
        "corpora": read_names(f"{folder}/dariusk/firstNames.json"),
        "names": [n for sex in ("female", "male") for n in read_names(f"{folder}/names/{sex}.txt")],
    }
    last = {"corpora": read_names(f"{folder}/dariusk/lastNames.json")}
    if census:
        with tarfile.open(census) as archive:
            first["census"] = census_names(archive, "male.first") + census_names(archive, "female.first")
            last["census"] = census_names(archive, "all.last")
    return first, last


def census_names(archive: tarfile.TarFile, part: str) -> list[str]:
    """The names of one census file, which has capitals only: McDonald comes as Mcdonald too."""
    member = next(m for m in archive.getmembers() if m.name.endswith(f"/dist.{part}"))
    names = [line.split()[0].decode("ascii").capitalize() for line in archive.extractfile(member) or ()]
    return with_variants(names, lambda name: [f"Mc{name[2:].capitalize()}"] if name.startswith("Mc") else [])


def places(folder: Path) -> tuple[Names, Names]:
    """Cities and towns; countries, regions and waters."""
    world, corpora = f"{folder}/world-cities/world-cities.csv", f"{folder}/dariusk"
    cities = {
        "geonames": with_variants(read_names(f"{world}#name"), short_city),
        "corpora": [
            *read_names(f"{corpora}/us_cities.json#city"),
            *read_names(f"{corpora}/english_towns_cities.json#towns"),
            *read_names(f"{corpora}/english_towns_cities.json#cities"),
        ],
    }
    regions = {
        "corpora": [
            *with_variants(read_names(f"{corpora}/countries.json"), short_country),
            *read_names(f"{corpora}/rivers.json#name"),
            *read_names(f"{corpora}/us_cities.json#state"),
        ],
        "geonames": with_variants(read_names(f"{world}#country"), short_country)
        + with_variants(read_names(f"{world}#subcountry"), short_region),
        "own": read_names(f"{OWN}/places.txt"),
    }
    return cities, regions


def organisations(folder: Path) -> Names:
    """Companies, with and without what stands at the end of their names, and newspapers."""
    corpora = f"{folder}/dariusk"
    companies = read_names(f"{corpora}/fortune500.json") + read_names(f"{corpora}/nasdaq.json#name")
    return {
        "sp500": with_variants(read_names(f"{folder}/sp500/constituents.csv#Security"), short_company),
        "corpora": with_variants(companies, short_company)
        + with_variants(read_names(f"{corpora}/newspapers.json"), lambda name: [name.removeprefix("The ")]),
        "own": read_names(f"{OWN}/organisations.txt"),
    }


def with_variants(names: Iterable[str], variants: Callable[[str], list[str]]) -> list[str]:
    """The names, behind each its variants."""
    return [variant for name in names for variant in (name, *variants(name))]


def short_city(name: str) -> list[str]:
    """`Kurobe-shi` as Kurobe, `Saint Paul` as St. Paul."""
    return [re.sub(r"-(?:shi|chō|machi)$", "", name), re.sub(r"^Saint (?=[A-Z])", "St. ", name)]


def short_country(name: str) -> list[str]:
    """`Tanzania, United Republic of` as Tanzania, `Antigua & Barbuda` with its and."""
    return [re.sub(r"(?:,| ?[(\[*]).*", "", name), name.replace("&", "and")]


def short_region(name: str) -> list[str]:
    """`Izmir Province` as Izmir, `Hlavní město` as it is."""
    return [ADMINISTRATIVE.sub("", name)]


def short_company(name: str) -> list[str]:
    """`Airgas, Inc.` as Airgas, `J.P. Morgan Chase & Co.` as J.P. Morgan Chase."""
    found, shorter = [], COMPANY_END.sub("", name)
    while shorter != name:
        found.append(shorter)
        name, shorter = shorter, COMPANY_END.sub("", shorter)
    return found


def plain(name: str) -> str:
    """`name` without accents."""
    letters = unicodedata.normalize("NFKD", name.translate(PLAIN))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def possible(names: Iterable[str], banned: frozenset[str]) -> list[str]:
    """The distinct names that may stand in a list, each with its plain spelling behind it."""
    both = (spelling for name in names for spelling in (name, plain(name)))
    return [name for name in dict.fromkeys(both) if is_name(name) and name.lower() not in banned]


def is_name(name: str) -> bool:
    """Whether it has a capital, a word of two letters, none of (){}[]:; and not too many tokens."""
    return (
        name != name.lower()
        and re.search(r"[^\W\d_][^\W\d_]|[A-Z]\.[A-Z]|&", name) is not None
        and not re.search(r"[(){}\[\]:;*?]", name)
        and len(phrase_tokens(name)) <= MOST_TOKENS
        and name.lower() not in NEVER
    )


LOWER, CAPITAL, UPPER = "lower", "capital", "upper"


def written_counts(keys: set[str], sentences: Iterable[list[str]]) -> Counter[tuple[str, str]]:
    """How often each key, tokens in lower case, stands in the sentences in lower case, with capitals, in capitals only.

    What begins a sentence is not counted, for its capital says nothing.
    """
    longest: dict[str, int] = {}
    for key in keys:
        first = key.partition(" ")[0]
        longest[first] = max(longest.get(first, 0), key.count(" ") + 1)
    counts = Counter[tuple[str, str]]()
    for tokens in sentences:
        folded = [token.lower() for token in tokens]
        for start in range(1, len(tokens)):
            for length in range(1, min(longest.get(folded[start], 0), len(tokens) - start) + 1):
                key = " ".join(folded[start : start + length])
                if key in keys:
                    counts[key, way_of(" ".join(tokens[start : start + length]))] += 1
    return counts


def way_of(text: str) -> str:
    """Whether `text` is in lower case, in capitals only, or has both."""
    return LOWER if text == text.lower() else UPPER if text == text.upper() and len(text) > 1 else CAPITAL


def is_mostly_capital(name: str, counts: Counter[tuple[str, str]], share: float) -> bool:
    """Whether `name` is no rarer with a capital than `share` of its places; in capitals only counts if it is so."""
    key = " ".join(phrase_tokens(name)).lower()
    capital = counts[key, CAPITAL] + (counts[key, UPPER] if way_of(name) == UPPER else 0)
    return capital >= share * (capital + counts[key, LOWER])


def running_text(path: Path, most: int) -> Iterator[list[str]]:
    """The sentences of an .xz file, about `most` tokens of them."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            for tokens, _, _ in split_sentences(line):
                yield tokens
                most -= len(tokens)
            if most <= 0:
                return


def write_readme(output: Path, rows: list[str], used: list[str], share: float, text: str) -> None:
    """What the lists are and what must be said where they are passed on."""
    credits = "\n".join(f"- {SOURCES[key].credit}" for key in used if SOURCES[key].credit)
    sources = "\n".join(f"| {key} | {SOURCES[key].what} | {SOURCES[key].licence} |" for key in used)
    content = f"""# English names

Made by `scripts/make_gazetteers.py`. A name a line, UTF-8, in its usual spelling, some without accents as well. Left
out: days, months, points of the compass, and names that stand in {text} with a capital in less than {share:.0%} of
their places.

| list | names | from |
|---|---|---|
{chr(10).join(rows)}

| source | what | licence |
|---|---|---|
{sources}

Credit, to be passed on with the lists:
{credits}

Not used:
{LEFT_OUT}"""
    (output / "README.md").write_text(content, encoding="utf-8")


def main() -> None:
    """Read, count, leave out, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--census", type=Path, help="names-0.3.0.tar.gz")
    parser.add_argument(
        "--text", type=Path, help="running text, .xz (default: text/enwiki-00.txt.xz of the data)"
    )
    parser.add_argument("--tokens", type=int, default=5_000_000, help="of the text, to count")
    parser.add_argument("--share", type=float, default=MIN_SHARE, help="least share with a capital")
    arguments = parser.parse_args()
    folder, text = (
        arguments.data / "gazetteers",
        arguments.text or arguments.data / "text" / "enwiki-00.txt.xz",
    )
    first, last = people(folder, arguments.census)
    cities, regions = places(folder)
    nationalities = {
        "gov.uk": [n for n in read_names(f"{folder}/dariusk/nationalities.json") if "itizen" not in n]
    }
    lists = {
        "first-names": first,
        "surnames": last,
        "cities": cities,
        "places": regions,
        "nationalities": nationalities,
        "organisations": organisations(folder),
    }
    peoples = frozenset(name.lower() for name in nationalities["gov.uk"])
    lands = frozenset(name.lower() for names in regions.values() for name in names)
    banned = {
        "nationalities": frozenset[str](),
        "surnames": peoples | lands,
        "organisations": peoples | lands,
    }
    names = {
        name: {source: possible(given, banned.get(name, peoples)) for source, given in sources.items()}
        for name, sources in lists.items()
    }
    everything = {name for sources in names.values() for given in sources.values() for name in given}
    keys = {" ".join(phrase_tokens(name)).lower() for name in everything}
    counts = written_counts(keys, running_text(text, arguments.tokens))
    arguments.output.mkdir(parents=True, exist_ok=True)
    rows, used = [], dict[str, None]()
    for name, sources in names.items():
        kept = {
            source: [n for n in given if is_mostly_capital(n, counts, arguments.share)]
            for source, given in sources.items()
        }
        together = list(dict.fromkeys(n for given in kept.values() for n in given))
        (arguments.output / f"{name}.txt").write_text("\n".join(together) + "\n", encoding="utf-8")
        used |= dict.fromkeys(kept)
        parts = ", ".join(f"{source} {len(set(given)):,}" for source, given in kept.items())
        rows.append(f"| {name}.txt | {len(together):,} | {parts} |")
        print(f"{name}: {len(together):,} ({parts})")
    shutil.copyfile(folder / "names" / "README", arguments.output / "names-corpus-README.txt")
    write_readme(arguments.output, rows, list(used), arguments.share, text.name)


if __name__ == "__main__":
    main()
