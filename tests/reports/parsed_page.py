"""A page as Python's own parser reads it, and records of an evaluation that were made up by hand."""

from html.parser import HTMLParser

from tagger.analysis import (
    Baseline,
    Confusion,
    FormScore,
    SentenceSpan,
    SpanErrors,
    Speed,
    TaskAnalysis,
    WorstSentence,
)
from tagger.records import Counts, Estimate, Reliability, ReliabilityBin, TaskReliability, TaskScores
from tagger.reports.evaluation_page import PageTask

VOID = {"meta"}


class Page(HTMLParser):
    """Every element is closed where it should be; what is seen is kept by kind."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []  # (element, name, value)
        self.headings: list[tuple[int, str]] = []
        self.tables: dict[str, list[list[str]]] = {}  # caption -> rows of cells, column titles included
        self.texts: dict[str, list[str]] = {}  # element -> text directly inside each
        self.text = ""
        self.feed(content)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag in VOID:
            return
        assert tag != "p" or "p" not in self._open
        self._open.append(tag)
        self.texts.setdefault(tag, []).append("")
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append((int(tag[1]), ""))
        elif tag == "caption":
            self._caption = ""
        elif tag == "tr":
            self.tables[self._caption].append([])
        elif tag in ("td", "th"):
            self.tables[self._caption][-1].append("")

    def handle_startendtag(self, tag, attrs):
        assert "svg" in self._open  # HTML's own elements do not close themselves
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        assert self._open.pop() == tag
        if tag == "caption":
            self.tables[self._caption] = []

    def handle_data(self, data):
        if not self._open:
            assert not data.strip()
            return
        self.texts[self._open[-1]][-1] += data
        if self._open[-1] != "style":
            self.text += data
        if self._open[-1] == "caption":
            self._caption += data
        elif "td" in self._open or "th" in self._open:
            self.tables[self._caption][-1][-1] += data
        for level in (1, 2, 3, 4):
            if f"h{level}" in self._open:
                self.headings[-1] = (level, self.headings[-1][1] + data)

    def values(self, attribute: str) -> list[str | None]:
        """The values of an attribute, in the order of the page."""
        return [value for _, name, value in self.attributes if name == attribute]


WORST = WorstSentence(
    number=1234,
    where="dev.conll:77",
    document="wsj_7",
    tokens=("Ada", "Novak", "left", "New", "York", "<script>", "."),
    gold=("B-PER", "I-PER", "O", "B-LOC", "I-LOC", "O", "O"),
    found=("B-PER", "I-PER", "O", "B-LOC", "B-ORG", "O", "O"),
    gold_spans=(SentenceSpan(0, 2, "PER"), SentenceSpan(3, 5, "LOC")),
    found_spans=(SentenceSpan(0, 2, "PER"), SentenceSpan(3, 4, "LOC"), SentenceSpan(4, 5, "ORG")),
    errors=2,
    surprise=6.04,
)
SPANS = PageTask(
    TaskScores(
        task="ner",
        sentences=2001,
        tokens=25149,
        correct_tokens=24420,
        seen_tokens=23060,
        correct_seen=22692,
        conlleval={"all": Counts(50, 40, 30), "LOC": Counts(20, 16, 15), "PER": Counts(30, 24, 15)},
        strict={"all": Counts(50, 38, 29), "LOC": Counts(20, 16, 15), "PER": Counts(30, 22, 14)},
    ),
    TaskAnalysis(
        task="ner",
        score=Estimate(0.66824, 0.63336, 0.69791),
        resampled="documents",
        units=318,
        samples=500,
        seed=7,
        forms=(
            FormScore("one tag", 1200, 1170),
            FormScore("ambiguous", 600, 540),
            FormScore("unseen", 200, 150),
        ),
        spans=(
            SpanErrors("all", right=30, wrong_type=4, wrong_span=3, wrong_both=2, missed=11, spurious=1),
            SpanErrors("LOC", right=15, wrong_type=1, wrong_span=1, wrong_both=0, missed=3, spurious=0),
            SpanErrors("PER", right=15, wrong_type=3, wrong_span=2, wrong_both=2, missed=8, spurious=1),
        ),
        confusions=(
            Confusion("PER", "PER", 17),
            Confusion("LOC", "LOC", 16),
            Confusion("PER", "O", 8),
            Confusion("PER", "LOC", 5),
            Confusion("LOC", "O", 3),
            Confusion("LOC", "PER", 1),
            Confusion("O", "PER", 1),
        ),
        invalid=3,
        transitions=27150,
        worst=(WORST,),
        baselines=(
            Baseline("majority tag", Estimate(0.4, 0.35, 0.45), Estimate(0.26824, 0.2, 0.3), "ewt/train#abc"),
            Baseline("CRF", Estimate(0.7, 0.65, 0.75), Estimate(-0.03176, -0.05, 0.00001), "ewt/train#abc"),
        ),
    ),
    TaskReliability(
        Reliability((ReliabilityBin(5, 0.4, 0.2), ReliabilityBin(1500, 0.9, 0.96))),
        Reliability((ReliabilityBin(0, 0.0, 0.0), ReliabilityBin(40, 0.95, 0.75))),
    ),
    "task:ner|data:dev#1ecc|scheme:IOBES|mode:conlleval,strict|seed:1|tagger:0.1.0",
)
TAGS = PageTask(
    TaskScores("upos", 2001, 25149, 23866, 0, 0),
    TaskAnalysis(
        task="upos",
        score=Estimate(0.94898, 0.94561, 0.95232),
        resampled="sentences",
        units=2001,
        confusions=(Confusion("NOUN", "NOUN", 900), Confusion("X", "NOUN", 17), Confusion("NOUN", "X", 8)),
        worst=(WorstSentence(9, "", "", ("a", "b"), ("X", "X"), ("X", "NOUN"), (), (), 1, 0.5),),
    ),
    None,
    "task:upos|data:dev#6933|scheme:none|mode:tokens|seed:1|tagger:0.1.0",
)
SPEED = Speed(25149, 0.5, ("with probabilities",))
NOTES = ("ner: 3 tokens <B-MISC> are unknown",)
HISTORY = (
    {
        "epoch": 1,
        "train_loss": {"ner": 0.5, "upos": 0.9},
        "dev": {"ner.f1": 0.6, "upos.accuracy": 0.9},
        "best": True,
    },
    {"epoch": 2, "train_loss": {"ner": 0.2, "upos": 0.3}, "dev": {"ner.f1": 0.55, "upos.accuracy": 0.92}},
)
