"""`fix`: what is mended and left out, what stays to the byte, and that a second repair has nothing to do."""

import gzip
import random
from pathlib import Path

import pytest

from tagger.errors import DataError, OutputExistsError, SettingsError, TaggerError
from tagger.recipes.check import CheckOptions, check
from tagger.recipes.check_fix import fix

ROOT = Path(__file__).parents[2]
COLUMNS = ("word", "pos", "ner")


def write(folder, name, content):
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return str(folder / name)


def test_the_copy_has_the_repairs_and_the_rest_to_the_byte(tmp_path):
    lines = [
        "-DOCSTART- X O", "", "Ada  N   I-PER", "x V O", "", "New York N B-LOC", "e\u0301 N B-loc", "",
        "too", "few N O", "", "y N O ", "z V B-LOC", "a V O", "", "# SYM O", "b N O", "",
    ]  # fmt: skip
    path = write(tmp_path, "a.conll", "\n".join(lines))
    report = fix(CheckOptions(data=(path,), columns=COLUMNS), tmp_path / "b.conll")
    copied = (tmp_path / "b.conll").read_text().split("\n")
    assert copied == [
        "-DOCSTART- X O", "", "Ada  N   B-PER", "x V O", "", "New_York N B-LOC", "é N B-LOC", "",
        "y N O ", "z V B-LOC", "a V O", "", "# SYM O", "b N O", "",
    ]  # fmt: skip
    assert [str(repair) for repair in report.repairs] == [
        f"{path}:3: I-PER made B-PER in ner",
        f"{path}:6: the first columns of a wide row made one word: New_York",
        f"{path}:7: 'e\u0301' composed (NFC)",
        f"{path}:7: B-loc made B-LOC in ner",
        f"{path}:9: sentence left out: expected 3 columns (word, pos, ner), found 1. Is a space missing?",
    ]
    assert Path(path).read_text() == "\n".join(lines)
    assert not check(CheckOptions(data=(str(tmp_path / "b.conll"),), columns=COLUMNS)).count("error")


def test_leaks_leave_training_and_both_its_layers(tmp_path):
    def rows(words, tags):
        return "".join(
            f"{i}\t{w}\t{w}\t{t}\t{t}" + "\t_" * 5 + "\n"
            for i, (w, t) in enumerate(zip(words, tags, strict=True), 1)
        )

    def layer(words):
        return "".join(f"{i}\t{w}\tO\n" for i, w in enumerate(words, 1))

    leak, rest, more = "we all went home on that day".split(), ["other", "words"], ["more", "words"]
    split = [
        f"# newdoc id = {i}\n# sent_id = {i}\n{rows(s, ['X'] * len(s))}\n"
        for i, s in enumerate([rest, leak, more])
    ]
    layers = [f"# sent_id = {i}\n{layer(s)}\n" for i, s in enumerate([rest, leak, more])]
    train, ner = write(tmp_path, "t.conllu", "".join(split)), write(tmp_path, "t.iob2", "".join(layers))
    dev, devner = write(tmp_path, "d.conllu", split[1]), write(tmp_path, "d.iob2", layers[1])
    options = CheckOptions(train=(train,), join_train=(ner,), dev=(dev,), join_dev=(devner,))
    report = fix(options, tmp_path / "out")
    assert (tmp_path / "out/t.conllu").read_text() == split[0] + "# newdoc id = 1\n" + split[2]
    assert (tmp_path / "out/t.iob2").read_text() == layers[0] + layers[2]
    assert (tmp_path / "out/d.conllu").read_bytes() == Path(dev).read_bytes()
    assert [repair.kind for repair in report.repairs] == ["leak"]


def test_a_sentence_that_one_layer_lacks_leaves_the_other(tmp_path):
    one = "1\ta\ta\tX\tX\t_\t_\t_\t_\t_\n\n" * 3
    path, ner = (
        write(tmp_path, "a.conllu", one),
        write(tmp_path, "a.iob2", "1\ta\tO\n\n1\ta\n\n1\ta\tB-X\n\n"),
    )
    report = fix(CheckOptions(data=(path,), join=(ner,)), tmp_path / "out")
    assert (tmp_path / "out/a.conllu").read_text() == "1\ta\ta\tX\tX\t_\t_\t_\t_\t_\n\n" * 2
    assert (tmp_path / "out/a.iob2").read_text() == "1\ta\tO\n\n1\ta\tB-X\n\n"
    assert [str(repair) for repair in report.repairs] == [
        f"{path}:3: sentence left out: it cannot be read, or another layer lacks it",
        f"{ner}:3: sentence left out: expected 3 to 5 columns separated by tabs (id, word, tag, -, annotator), found 2. "
        "Is a tab missing?",
    ]


def test_repairs_of_what_is_left_out_are_not_reported(tmp_path):
    lines = ["\ufeffe\u0301 O", "New York I-PER", "b XYZ", "", "c B-PER", "", "d I-PER", ""]
    path = write(tmp_path, "a.conll", "\r\n".join(lines))
    report = fix(
        CheckOptions(data=(path,), columns=("word", "ner"), input_schemes={"ner": "IOB2"}),
        tmp_path / "b.conll",
    )
    assert (tmp_path / "b.conll").read_text() == "c B-PER\n\nd B-PER\n"
    assert [str(repair) for repair in report.repairs] == [
        f"{path}:1: byte order mark removed",
        f"{path}:1: \\r\\n made \\n on 7 lines",
        f"{path}:3: sentence left out: 'XYZ' in ner is no tag of IOB2",
        f"{path}:7: I-PER made B-PER in ner",
    ]


def test_every_layer_of_a_sentence_left_out_names_the_tag(tmp_path):
    row = "1\ta\ta\tX\tX\t_\t_\t_\t_\t_\n\n"
    path = write(tmp_path, "a.conllu", row * 3)
    ner = write(tmp_path, "a.iob2", "1\ta\tO\n\n1\ta\tXYZ\n\n1\ta\tB-X\n\n")
    report = fix(CheckOptions(data=(path,), join=(ner,)), tmp_path / "out")
    assert [str(repair) for repair in report.repairs] == [
        f"{path}:3: sentence left out: {ner}:3: 'XYZ' in ner is no tag of IOB2",
        f"{ner}:3: sentence left out: 'XYZ' in ner is no tag of IOB2",
    ]


def test_compressed_files_stay_compressed(tmp_path):
    path = write(tmp_path, "a.gz", gzip.compress(b"a I-X\r\nb O\r\n"))
    fix(CheckOptions(data=(path,), columns=("word", "ner"), input_schemes={"ner": "IOB2"}), tmp_path / "b.gz")
    assert gzip.decompress((tmp_path / "b.gz").read_bytes()) == b"a B-X\nb O\n"


def test_json_lines_are_repaired(tmp_path):
    lines = [
        '{"tokens": ["a", "b"],  "ner": ["I-X", "B-x"]}',
        '{"tokens": ["a"],  "ner": ["B-X"]}',
        '{"tokens": []}',
        "",
    ]
    path = write(tmp_path, "a.jsonl", "\n".join(lines))
    fix(CheckOptions(data=(path,)), tmp_path / "b.jsonl")
    assert (tmp_path / "b.jsonl").read_text().split("\n") == [
        '{"tokens": ["a", "b"], "ner": ["B-X", "B-X"]}',
        lines[1],
        "",
    ]


def damaged(text: str, seed: int) -> bytes:
    """A corpus of the sample with damage of every kind that is mended."""
    rng = random.Random(seed)
    lines = text.split("\n")
    rows = [i for i, line in enumerate(lines) if line.count(" ") == 2 and not line.startswith("-DOC")]
    chosen = iter(rng.sample(rows, 40))

    def change(old, new):
        for i in chosen:
            if old in lines[i]:
                lines[i] = lines[i].replace(old, new)
                return

    for old, new in (("PER", "per"), ("LOC", "Loc"), (" I-", " i-"), (" I-", " I_"), ("a", "a\u0301"), ("e", "\u200de"),
                     (" O", ""), (" NN", " big NN"), ("o", "Ã³"), ("O", "X")):  # fmt: skip
        change(old, new)
    raw = "\r\n".join(lines).encode()
    for i in (*rng.sample(range(len(raw)), 3),):
        raw = raw[:i] + (b"\xe9" if raw[i : i + 1].isalpha() else raw[i : i + 1]) + raw[i + 1 :]
    return b"\xef\xbb\xbf" + raw


@pytest.mark.parametrize("seed", range(4))
def test_a_repaired_copy_has_nothing_left_to_repair(tmp_path, seed):
    train = write(tmp_path, "train", damaged((ROOT / "data/sample.train.conll").read_text(), seed))
    dev_text = (ROOT / "data/sample.dev.conll").read_text()
    dev = write(tmp_path, "dev", damaged(dev_text, seed + 9))
    more = write(tmp_path, "more", dev_text)
    options = CheckOptions(train=(train, more), dev=(dev,), columns=COLUMNS)
    report = fix(options, tmp_path / "one")
    kinds = {repair.kind for repair in report.repairs}
    assert {"leak", "byte-order-mark", "line-ends"} <= kinds
    folder = tmp_path / "one"
    copy = CheckOptions(
        train=(str(folder / "train"), str(folder / "more")), dev=(str(folder / "dev"),), columns=COLUMNS
    )
    left = check(copy)
    assert left.count("error") == 0
    assert not kinds & {finding.kind for finding in left.findings}
    again = fix(copy, tmp_path / "two")
    assert not again.repairs
    for name in ("train", "more", "dev"):
        assert (tmp_path / "two" / name).read_bytes() == (folder / name).read_bytes()


def test_wrong_options_leave_nothing_written(tmp_path):
    path = write(tmp_path, "a", "a N O\nb V O\n\nc N O\n")
    with pytest.raises(TaggerError) as error:
        fix(CheckOptions(data=(path,), columns=("word", "pos", "-", "ner")), tmp_path / "b")
    assert str(error.value) == (
        f"{path}: expected a file most of which can be read, found 2 of 2 sentences that cannot. Are the options right? "
        f"{path}:1: expected 4 columns (word, pos, -, ner), found 3. Is a space missing?"
    )
    assert not (tmp_path / "b").exists()


def test_originals_and_outputs_that_are_there_are_safe(tmp_path):
    path = write(tmp_path, "a", "a N\nb V\n")
    other = write(tmp_path, "b", "a N\nb V\n")
    options = CheckOptions(data=(path,), columns=("word", "pos"))
    for force in (False, True):
        with pytest.raises(TaggerError) as error:
            fix(options, tmp_path / "." / "a", force=force)
        assert str(error.value) == (
            f"{path}: expected a new path, found a file to repair. Choose another output; originals are never overwritten."
        )
    with pytest.raises(TaggerError):
        fix(options, tmp_path, force=True)
    with pytest.raises(OutputExistsError):
        fix(options, Path(other))
    both = CheckOptions(data=(path, other), columns=("word", "pos"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("kept")
    with pytest.raises(OutputExistsError):
        fix(both, tmp_path / "out")
    fix(both, tmp_path / "out", force=True)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a", "b", "mine"]


def test_what_is_no_file_is_not_repaired(tmp_path):
    with pytest.raises(SettingsError) as error:
        fix(CheckOptions(data=(str(tmp_path),)), tmp_path / "out")
    assert str(error.value) == (
        f"DATA: expected files to repair, found the folder {tmp_path}. "
        "Repair the files that it was made of, and run `tagger prep` again."
    )
    with pytest.raises(SettingsError):
        fix(CheckOptions(data=("-",)), tmp_path / "out")
    with pytest.raises(DataError):
        fix(CheckOptions(data=(str(tmp_path / "none"),)), tmp_path / "out")


def test_files_of_one_name_do_not_fit_into_one_folder(tmp_path):
    (tmp_path / "x").mkdir()
    paths = write(tmp_path, "a", "a N\n"), write(tmp_path / "x", "a", "a N\n")
    with pytest.raises(SettingsError) as error:
        fix(CheckOptions(data=paths), tmp_path / "out")
    assert str(error.value) == "DATA: expected files of different names for one folder, found a, a."
