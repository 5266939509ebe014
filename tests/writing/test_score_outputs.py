import json

from tagger.reading.words import Words
from tagger.writing.score_outputs import SCORE_FORMATS, build_score_layout

TWO = {"any": [1.25, -0.00004], "per": [10.0, 2.71828]}
WORDS = Words(["Ada", "."], starts=[4, 7], ends=[7, 8], text="Ada.")


def written(output_format, words, scores, scorers=("any", "per"), **options):
    layout = build_score_layout(scorers, **options)
    return SCORE_FORMATS[output_format].render(words, scores, layout).decode()


def test_columns_are_the_token_and_its_scores_with_a_blank_line_after_each_sentence() -> None:
    text = written("columns", [WORDS, Words(["Oslo"])], [TWO, {"any": [3.0], "per": [4.0]}])
    assert text == "Ada\t1.2500\t10.0000\n.\t-0.0000\t2.7183\n\nOslo\t3.0000\t4.0000\n\n"


def test_the_layout_says_which_scores_are_written_in_which_order() -> None:
    assert written("columns", [Words(["a"])], [{"x": [1.0], "y": [2.0], "z": [3.0]}], ["z", "x"]) == (
        "a\t3.0000\t1.0000\n\n"
    )


def test_rows_of_a_column_file_keep_their_columns_and_what_stands_before_them() -> None:
    words = Words(["Ada", "."], rows=["Ada NNP", ". ."], before=["# text", "-DOCSTART- -X-"])
    assert written("columns", [words], [TWO]) == (
        "# text\n-DOCSTART- -X- - -\n\nAda NNP 1.2500 10.0000\n. . -0.0000 2.7183\n\n"
    )


def test_json_lines_have_offsets_of_the_whole_input() -> None:
    empty = {"any": [], "per": []}
    (line,) = written("jsonl", [Words([], before=["# end"]), WORDS], [empty, TWO]).splitlines()
    assert json.loads(line) == {
        "tokens": ["Ada", "."],
        "starts": [4, 7],
        "ends": [7, 8],
        "scores": {"any": [1.25, -0.0], "per": [10.0, 2.7183]},
    }


def test_a_record_is_one_line_with_the_scores_of_all_its_sentences() -> None:
    record = {"text": "Ada. Oslo", "id": 1}
    words = [WORDS._replace(record=record), Words(["Oslo"], [9], [13], "Oslo", record=record)]
    (line,) = written("jsonl", words, [TWO, {"any": [3.0], "per": [4.0]}], prefix="x_").splitlines()
    assert json.loads(line) == {
        "text": "Ada. Oslo",
        "id": 1,
        "x_tokens": ["Ada", ".", "Oslo"],
        "x_starts": [4, 7, 9],
        "x_ends": [7, 8, 13],
        "x_sentences": [[0, 2], [2, 3]],
        "x_scores": {"any": [1.25, -0.0, 3.0], "per": [10.0, 2.7183, 4.0]},
    }
