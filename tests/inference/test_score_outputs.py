import json

from tagger.inference.score_outputs import write_scores
from tagger.inference.words import Words

TWO = {"any": [1.25, -0.00004], "per": [10.0, 2.71828]}
WORDS = Words(["Ada", "."], starts=[4, 7], ends=[7, 8], text="Ada.")


def test_columns_are_the_token_and_its_scores_with_a_blank_line_after_each_sentence() -> None:
    text = write_scores("columns", [WORDS, Words(["Oslo"])], [TWO, {"any": [3.0], "per": [4.0]}])
    assert text == "Ada\t1.2500\t10.0000\n.\t-0.0000\t2.7183\n\nOslo\t3.0000\t4.0000\n\n"


def test_rows_of_a_column_file_keep_their_columns_and_what_stands_before_them() -> None:
    words = Words(["Ada", "."], rows=["Ada NNP", ". ."], before=["# text", "-DOCSTART- -X-"])
    assert write_scores("columns", [words], [TWO]) == (
        "# text\n-DOCSTART- -X- - -\n\nAda NNP 1.2500 10.0000\n. . -0.0000 2.7183\n\n"
    )


def test_json_lines_have_offsets_of_the_whole_input() -> None:
    (line,) = write_scores("jsonl", [Words([], before=["# end"]), WORDS], [{"any": []}, TWO]).splitlines()
    assert json.loads(line) == {
        "tokens": ["Ada", "."],
        "starts": [4, 7],
        "ends": [7, 8],
        "scores": {"any": [1.25, -0.0], "per": [10.0, 2.7183]},
    }
