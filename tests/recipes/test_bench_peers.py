"""scripts/bench_peers.py: what is compared with what, the figures, the conversions."""

import ast
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "bench_peers.py"
CONLL = """\
-DOCSTART- -X- O O

EU NNP I-NP I-ORG
rejects VBZ I-VP O
German JJ I-NP I-MISC
lamb NN I-NP O
. . O O

Peter NNP I-NP I-PER
Blackburn NNP I-NP I-PER

Paris NNP I-NP I-LOC
London NNP I-NP B-LOC
"""


@pytest.fixture(autouse=True, scope="module")
def _scripts_on_the_path() -> Iterator[None]:
    before = list(sys.path)
    sys.path.insert(0, str(ROOT / "scripts"))
    yield
    sys.path[:] = before


def part(name: str) -> Any:
    """A module of scripts/peers, or the script itself."""
    return importlib.import_module(name)


def peer(name: str, requires: str) -> Any:
    """The module of a peer, where that is installed."""
    if find_spec(requires) is None:
        pytest.skip(f"{requires} is not installed; pip install tagger[peers]")
    return part(f"peers.{name}")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    file = tmp_path / "eng.train"
    file.write_text(CONLL, "utf-8")
    return file


@pytest.fixture
def corpora(corpus: Path, tmp_path: Path) -> Path:
    """A folder of corpora of three sentences and a book of two."""
    for folder in ("conll2003", "books"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    for name in ("eng.train", "eng.testa"):
        (tmp_path / "data" / "conll2003" / name).write_bytes(corpus.read_bytes())
    (tmp_path / "data" / "books" / "book.txt").write_text("EU rejects German lamb.\n\nPeter Blackburn\n")
    return tmp_path / "data"


def bench(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "TAGGER_DATA": str(data), "NO_COLOR": "1"},
        check=False,
    )


def test_missing_corpora_are_said_in_one_line(tmp_path: Path) -> None:
    result = bench(data=tmp_path)
    missing = tmp_path / "conll2003" / "eng.train"
    assert (result.returncode, result.stdout) == (1, "")
    hint = "Set TAGGER_DATA to the folder of corpora."
    assert result.stderr == f"error: expected {missing}, found none. {hint}\n"


def test_an_unknown_peer_is_wrong_usage(tmp_path: Path) -> None:
    result = bench("--peers", "nltk,flair", data=tmp_path)
    assert result.returncode == 2
    known = "spacy, spacy-installed, nltk, crfsuite"
    assert result.stderr.splitlines()[-1].endswith(f"error: --peers: expected {known}, found flair")


def test_a_peer_that_is_not_installed_is_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    script = part("bench_peers")
    monkeypatch.setattr(script, "find_spec", lambda name: None if name == "nltk" else object())
    engines, left_out = script.choose(["nltk", "crfsuite"], started=True)
    assert [engine.name for engine in engines] == ["tagger", "tagger-started", "crfsuite"]
    assert left_out == [
        "NLTK perceptron is left out: nltk is not installed. pip install tagger[peers]",
    ]


def test_every_peer_has_a_module_and_tasks_of_the_corpus() -> None:
    engines = part("peers.engines").ENGINES
    for engine in engines.values():
        assert (ROOT / "scripts" / "peers" / f"{engine.module}.py").is_file()
        assert set(engine.tasks) <= {"pos", "ner"} and engine.passes >= 1 and 0 < engine.share <= 1


def test_the_corpus_is_read_as_iob2_without_document_rows(corpus: Path) -> None:
    """By hand from the rows above, IOB1."""
    sentences = part("peers.corpus").read_corpus(corpus)
    assert [s.tokens for s in sentences] == [
        ["EU", "rejects", "German", "lamb", "."],
        ["Peter", "Blackburn"],
        ["Paris", "London"],
    ]
    assert [s.ner for s in sentences] == [
        ["B-ORG", "O", "B-MISC", "O", "O"],
        ["B-PER", "I-PER"],
        ["B-LOC", "B-LOC"],
    ]
    assert sentences[1].pos == ["NNP", "NNP"]
    assert part("peers.corpus").read_corpus(corpus, 1) == sentences[:1]


def test_paragraphs_are_single_lines() -> None:
    paragraphs = peer("spacy_pipeline", "spacy").paragraphs
    assert list(paragraphs("Ada  lives\nin Paris.\r\n \r\n\nShe\tis ill.\n")) == [
        "Ada lives in Paris.",
        "She is ill.",
    ]


def test_spacy_gives_back_the_tags_of_its_training_data(corpus: Path) -> None:
    module = peer("spacy_pipeline", "spacy")
    vocabulary = module.spacy.blank("en").vocab
    for sentence in part("peers.corpus").read_corpus(corpus):
        assert module.columns(module.document(sentence, vocabulary)) == (
            sentence.tokens,
            sentence.pos,
            sentence.ner,
        )


@pytest.mark.parametrize(("name", "requires"), [("averaged_perceptron", "nltk"), ("crf", "pycrfsuite")])
def test_a_small_peer_learns_a_few_sentences_by_heart(
    corpus: Path, tmp_path: Path, name: str, requires: str
) -> None:
    module, read = peer(name, requires), part("peers.corpus")
    (tmp_path / "peer").mkdir()
    module.train(read.Data(corpus, corpus), tmp_path / "peer")
    gold = read.read_corpus(corpus)
    found = module.Peer(tmp_path / "peer").tag_sentences([s.tokens for s in gold])
    assert [tags for (tags,) in found] == [s.pos if requires == "nltk" else s.ner for s in gold]


def test_raw_text_is_written_as_columns(corpus: Path, tmp_path: Path) -> None:
    module, child = peer("crf", "pycrfsuite"), part("peers.child")
    module.train(part("peers.corpus").Data(corpus, corpus), tmp_path)
    text, output = tmp_path / "text.txt", tmp_path / "text.columns"
    text.write_text("EU rejects German lamb.\n\nPeter Blackburn\n", "utf-8")
    child.tag_file("crfsuite", tmp_path, str(text), str(output))
    assert output.read_text("utf-8") == (
        "EU\tB-ORG\nrejects\tO\nGerman\tB-MISC\nlamb\tO\n.\tO\n\nPeter\tB-PER\nBlackburn\tI-PER\n\n"
    )
    assert part("peers.measuring").count_tokens(output) == 7


def test_scores_are_those_of_the_corpus_script(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand: of 5 gold entities 4 are found, and one of the 5 found is wrong; 8 of 9 parts of speech are right."""
    child, gold = part("peers.child"), part("peers.corpus").read_corpus(corpus)
    pos = [["NNP", "VBZ", "JJ", "NN", "."], ["NNP", "NNP"], ["NNP", "JJ"]]
    ner = [["B-ORG", "O", "B-MISC", "O", "O"], ["B-PER", "I-PER"], ["B-LOC", "I-LOC"]]

    class Stub:
        class Peer:
            def __init__(self, folder: Path) -> None: ...

            def tag_sentences(self, sentences: list[list[str]]) -> Iterator[tuple[list[str], ...]]:
                assert sentences == [s.tokens for s in gold]
                return iter(zip(pos, ner, strict=True))

    monkeypatch.setattr(child, "module_of", lambda engine: Stub)
    child.score("spacy", tmp_path, str(corpus))
    scores = json.loads(capsys.readouterr().out)
    precision, recall = 3 / 4, 3 / 5  # Paris London as one entity is right for neither
    assert scores["pos"] == pytest.approx(8 / 9)
    assert scores["ner"] == pytest.approx(2 * precision * recall / (precision + recall))


def test_medians_rates_and_ratios() -> None:
    """By hand: 100 tokens in 4 seconds, one of them start-up."""
    measuring, tables = part("peers.measuring"), part("peers.tables")
    runs = [{"seconds": s, "cpu_seconds": 2.0, "peak_mb": 50.0, "tokens": 100} for s in (9.0, 4.0, 3.0)]
    figures = measuring.medians(runs)
    assert figures == {"seconds": 4.0, "cpu_seconds": 2.0, "peak_mb": 50.0, "tokens": 100}
    ours = tables.text_figures(figures, 1.0)
    assert (ours["rate"], ours["rate_after_start"]) == (25.0, pytest.approx(100 / 3))
    theirs = {**ours, "rate": 5.0, "rate_after_start": None}
    rows = [ours, theirs]
    tables.add_ratios(rows, {"rate": "ratio", "rate_after_start": "ratio_after_start"})
    assert [row["ratio"] for row in rows] == [1.0, 5.0]
    assert [row["ratio_after_start"] for row in rows] == [1.0, None]
    assert tables.text_figures(figures, 4.0)["rate_after_start"] is None


def test_passes_over_ready_tokens() -> None:
    """By hand: 50 tokens four times in 2 seconds, one of them for the first."""
    found = {
        "tokens": 50,
        "first_seconds": 1.0,
        "pass_seconds": 2.0,
        "seconds": 9.0,
        "cpu_seconds": 8.0,
        "peak_mb": 7.0,
    }
    row = part("peers.tables").token_figures(found, 4)
    assert (row["tokens"], row["first_rate"], row["rate"], row["seconds"]) == (200, 50.0, 100.0, 2.0)


def test_tables_are_plain_text() -> None:
    tables = part("peers.tables")
    rows = [{"title": "a", "rate": 1234.5, "ner": 90.126}, {"title": "long", "rate": None, "ner": None}]
    text = tables.render(rows, {"title": "", "tasks": "tasks", "ner": "F1", "rate": "tokens/s"})
    assert text.splitlines() == [
        "      tasks     F1  tokens/s",
        "a     -      90.13     1,234",
        "long  -          -         -",
    ]


def test_every_job_runs_once_before_any_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    measuring = part("peers.measuring")
    order: list[str] = []

    def run_job(job: Any) -> dict[str, float]:
        order.append(job.name)
        return {"seconds": float(len(order))}

    monkeypatch.setattr(measuring, "run_job", run_job)
    found = measuring.run_by_turns([measuring.Job(name, []) for name in "AB"], 3)
    assert "".join(order) == "ABABAB"
    assert found == {"A": {"seconds": 3.0}, "B": {"seconds": 4.0}}


def test_a_process_is_measured_whole(tmp_path: Path) -> None:
    """200 million bytes are held for 0.2 s; three lines are written, one of them blank. From a process that holds little."""
    output = tmp_path / "out"
    code = f"import time; held = b'x' * 200_000_000; time.sleep(0.2); open({str(output)!r}, 'w').write('a\\tX\\n\\nb\\n')"
    measure = f"""
import sys
sys.path.insert(0, {str(ROOT / "scripts")!r})
from pathlib import Path
from peers.measuring import Job, run_job
print(run_job(Job("", [sys.executable, "-c", {code!r}], Path({str(output)!r}))))
"""
    done = subprocess.run([sys.executable, "-c", measure], capture_output=True, text=True, check=True)
    figures = ast.literal_eval(done.stdout)
    assert figures["tokens"] == 2 and 200 < figures["peak_mb"] < 250 and figures["seconds"] >= 0.2


def test_a_process_that_fails_is_shown_with_what_it_said() -> None:
    measuring = part("peers.measuring")
    failing = measuring.Job("", [sys.executable, "-c", "raise SystemExit('no model')"])
    with pytest.raises(measuring.MeasuringError) as caught:
        measuring.run_job(failing)
    assert str(caught.value) == f"{sys.executable} -c raise SystemExit('no model')\nno model"


def test_a_folder_trained_in_another_way_is_refused(tmp_path: Path, corpora: Path) -> None:
    kept = tmp_path / "kept"
    (kept / "tagger").mkdir(parents=True)
    (kept / "tagger" / "peer.json").write_text('{"sample": 500, "start": ""}')
    result = bench("--keep", str(kept), "--peers", "", data=corpora)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"error: {kept / 'tagger'}: expected sample 0, found 500. Remove the folder.\n"


@pytest.mark.slow
def test_engines_are_trained_once_and_measured_side_by_side(tmp_path: Path, corpora: Path) -> None:
    """The book has 7 tokens. The random field is there already, tagger is trained."""
    kept, crf = tmp_path / "kept", peer("crf", "pycrfsuite")
    (kept / "crfsuite").mkdir(parents=True)
    train = corpora / "conll2003" / "eng.train"
    crf.train(part("peers.corpus").Data(train, train), kept / "crfsuite")
    (kept / "crfsuite" / "peer.json").write_text('{"sample": 0, "start": ""}')
    options = ["--keep", str(kept), "--peers", "crfsuite", "--runs", "1", "--copies", "2", "--json"]
    done = bench(*options, data=corpora)
    assert done.returncode == 0, done.stderr
    assert "training tagger" in done.stderr and "training CRFsuite" not in done.stderr
    assert json.loads((kept / "tagger" / "peer.json").read_text())["engine"] == "tagger"
    result = json.loads(done.stdout.splitlines()[-1])
    rows = result["text_to_tags"]
    assert [(row["engine"], row["copies"], row["tokens"]) for row in rows] == [
        ("tagger", 2, 14),
        ("tagger", 1, 7),
        ("crfsuite", 1, 7),
    ]
    assert [row["engine"] for row in result["tokens_to_tags"]] == ["tagger", "crfsuite"]
    assert rows[0]["ratio"] == 1.0 and rows[0]["pos"] is not None and rows[2]["ner"] == 100.0
    assert rows[2]["pos"] is None and 10 < rows[2]["peak_mb"] < rows[0]["peak_mb"]
