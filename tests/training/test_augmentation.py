"""What an epoch trains on, against the forms and features that the sentences would have if they were written so."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.config import AugmentationSettings
from tagger.errors import SettingsError
from tagger.records import Evaluation
from tagger.text.features import Feature, fit_features
from tagger.text.gazetteers import Gazetteers
from tagger.text.vocabulary import UNKNOWN, count_forms
from tagger.training.augmentation import Augmenter, build_augmentation, word_counts
from tagger.training.batches import Corpora, EncodedCorpus, encode
from tagger.training.checkpoint import restore_checkpoint, save_checkpoint
from tagger.training.loop import TrainingState, train_epochs
from tagger.training.noise import typos_of
from tagger.training.variants import MOST_TYPOS, with_typos, with_variants
from tests.training.corpora import NER, SENTENCES, TASKS, encoded, features, plan, state

FEATURES = features()
EVERYTHING = AugmentationSettings(
    lowercase_rate=0.4,
    uppercase_rate=0.3,
    titlecase_rate=0.2,
    typo_rate=0.5,
    rare_rate=0.5,
    rare_count=1,
    swap_rate=0.5,
)
SEED = 1


def augmented(*corpora: EncodedCorpus, **rates: float) -> Corpora:
    corpora = corpora or (encoded("pos", "ner"),)
    tasks = [[task for task in TASKS if task.name in corpus.labels] for corpus in corpora]
    settings = AugmentationSettings(**rates)  # type: ignore[arg-type]
    return build_augmentation(settings, corpora, tasks, FEATURES, seed=SEED)


def draw(seed: int = 0, **rates: float) -> EncodedCorpus:
    function = augmented(**rates)
    assert callable(function)
    (corpus,) = function(np.random.default_rng(seed))
    return corpus


def texts(corpus: EncodedCorpus) -> list[list[str]]:
    forms = [corpus.texts[form] for form in corpus.forms]
    return [forms[a:b] for a, b in zip(corpus.starts[:-1], corpus.starts[1:], strict=True)]


def test_without_rates_the_corpora_are_the_very_same() -> None:
    corpora = [encoded("pos"), encoded("ner")]
    tasks = [TASKS[:1], TASKS[1:]]
    assert build_augmentation(AugmentationSettings(), corpora, tasks, FEATURES, seed=SEED) is corpora
    corpus = encoded("pos")
    generator = np.random.default_rng(1)
    assert Augmenter(corpus, AugmentationSettings()).draw(generator) is corpus
    assert generator.random() == np.random.default_rng(1).random()  # nothing was drawn


@pytest.mark.parametrize(
    ("rate", "change"),
    [("lowercase_rate", str.lower), ("uppercase_rate", str.upper), ("titlecase_rate", str.title)],
)
def test_at_rate_one_every_form_has_the_case_and_features_of_one_written_so(
    rate: str, change: object
) -> None:
    corpus = draw(**{rate: 1.0})
    expected = [[change(form) for form in tokens] for tokens in SENTENCES]  # type: ignore[operator]
    assert texts(corpus) == expected
    flat = [form for tokens in expected for form in tokens]
    np.testing.assert_array_equal(corpus.rows[corpus.forms], FEATURES.rows(flat))
    written = FEATURES.character_rows(flat)
    np.testing.assert_array_equal(corpus.characters[corpus.forms][:, : written.shape[1]], written)
    assert not corpus.characters[corpus.forms][:, written.shape[1] :].any()
    for task, labels in encoded("pos", "ner").labels.items():
        np.testing.assert_array_equal(corpus.labels[task], labels)


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_a_sentence_changes_its_case_as_a_whole(seed: int) -> None:
    for found, tokens in zip(
        texts(draw(seed, lowercase_rate=0.4, uppercase_rate=0.3, titlecase_rate=0.1)), SENTENCES, strict=True
    ):
        cases = str, str.lower, str.upper, str.title
        assert found in [[case(token) for token in tokens] for case in cases]


def test_shares_of_sentences_are_about_the_rates() -> None:
    function = augmented(lowercase_rate=0.2, uppercase_rate=0.3, titlecase_rate=0.1)
    assert callable(function)
    generator = np.random.default_rng(0)
    drawn = [texts(function(generator)[0]) for _ in range(400)]
    third = [sentences[3] for sentences in drawn]  # "She saw Ada ...", whose cases all differ
    assert third.count([t.lower() for t in SENTENCES[3]]) == pytest.approx(80, abs=30)
    assert third.count([t.upper() for t in SENTENCES[3]]) == pytest.approx(120, abs=30)
    assert third.count([t.title() for t in SENTENCES[3]]) == pytest.approx(40, abs=20)


def test_title_case_leaves_what_is_no_word_and_further_capitals_alone() -> None:
    corpus = encode([["do", "n't", "'s", "eBay", "x-ray", "of"]], FEATURES)
    function = build_augmentation(
        AugmentationSettings(titlecase_rate=1.0), [corpus], [()], FEATURES, seed=SEED
    )
    assert callable(function)
    (found,) = function(np.random.default_rng(0))
    assert texts(found) == [["Do", "n't", "'s", "EBay", "x-ray", "Of"]]


def test_rates_of_both_cases_that_fill_the_whole_leave_nothing_as_it_was() -> None:
    for found, tokens in zip(texts(draw(lowercase_rate=0.7, uppercase_rate=0.3)), SENTENCES, strict=True):
        assert found in ([t.lower() for t in tokens], [t.upper() for t in tokens])


def test_rare_words_alone_are_hidden_and_keep_their_other_features() -> None:
    """By hand: Ada twice, "." five times, "to" and the rest once; the vocabulary folds case."""
    corpus, before = draw(rare_rate=1.0, rare_count=1), encoded("pos", "ner")
    flat = [form for tokens in SENTENCES for form in tokens]
    counts = {form: sum(f.lower() == form.lower() for f in flat) for form in flat}
    assert counts["Ada"] == 2 and counts["."] == 5 and counts["Oslo"] == 1
    rows, plain = corpus.rows[corpus.forms], before.rows[before.forms]
    expected = [UNKNOWN if counts[form] == 1 else row for form, row in zip(flat, plain[:, 0], strict=True)]
    assert rows[:, 0].tolist() == expected
    np.testing.assert_array_equal(rows[:, 1:], plain[:, 1:])
    np.testing.assert_array_equal(corpus.characters[corpus.forms], before.characters[before.forms])
    assert texts(corpus) == SENTENCES
    twice = draw(rare_rate=1.0, rare_count=2)
    assert {f for f, row in zip(flat, twice.rows[twice.forms, 0], strict=True) if row != UNKNOWN} == {"."}


def test_the_share_of_hidden_tokens_is_about_the_rate() -> None:
    function = augmented(rare_rate=0.25, rare_count=4)
    assert callable(function)
    generator = np.random.default_rng(0)
    draws = [function(generator)[0] for _ in range(100)]
    hidden = np.mean([(c.rows[c.forms, 0] == UNKNOWN).sum() for c in draws])
    assert hidden == pytest.approx(0.25 * 22, rel=0.1)  # all tokens but the five full stops


def test_words_are_counted_over_all_corpora() -> None:
    counts = word_counts([encoded("pos"), encoded("ner")], 0, len(FEATURES.vocabularies["word"]))
    row = FEATURES.vocabularies["word"].row
    assert (counts[row("ada")], counts[row(".")], counts[row("oslo")]) == (4, 10, 2)


def test_a_hidden_word_stays_hidden_in_another_case() -> None:
    corpus = draw(lowercase_rate=1.0, rare_rate=1.0)
    assert texts(corpus) == [[form.lower() for form in tokens] for tokens in SENTENCES]
    place = [form for tokens in SENTENCES for form in tokens].index("Oslo")
    assert corpus.rows[corpus.forms[place]].tolist() == [UNKNOWN, *FEATURES.rows(["oslo"])[0, 1:]]


def test_at_typo_rate_one_every_word_of_four_letters_has_one_of_its_typos_and_its_features() -> None:
    """By hand: Ada, in, to, is, She, saw, No, on, New, The and the marks are too short."""
    corpus, before = draw(typo_rate=1.0), encoded("pos", "ner")
    short = {"Ada", "in", "The", "to", "is", "She", "saw", "New", "on", "No", "."}
    flat = [form for tokens in texts(corpus) for form in tokens]
    for form, found in zip([form for tokens in SENTENCES for form in tokens], flat, strict=True):
        assert found == form if form in short else found in typos_of(form, MOST_TYPOS, seed=SEED)
    np.testing.assert_array_equal(corpus.rows[corpus.forms], FEATURES.rows(flat))
    written = FEATURES.character_rows(flat)
    np.testing.assert_array_equal(corpus.characters[corpus.forms][:, : written.shape[1]], written)
    np.testing.assert_array_equal(corpus.starts, before.starts)
    for task, labels in before.labels.items():
        np.testing.assert_array_equal(corpus.labels[task], labels)


def test_the_share_of_words_with_typos_is_about_the_rate() -> None:
    """Ten words have four letters: Lovelace lives Paris, train Oslo late, Maria reads, York Monday."""
    function = augmented(typo_rate=0.3)
    assert callable(function)
    generator = np.random.default_rng(0)
    plain = [form for tokens in SENTENCES for form in tokens]
    able = sum(len(form) > 3 for form in plain)
    assert able == 10
    drawn = [[form for tokens in texts(function(generator)[0]) for form in tokens] for _ in range(300)]
    changed = np.mean([sum(a != b for a, b in zip(plain, forms, strict=True)) for forms in drawn])
    assert changed == pytest.approx(0.3 * able, rel=0.1)


def test_a_form_has_as_many_typos_as_tokens_and_each_is_drawn() -> None:
    many = encode([["window"] * 5, ["pane"]], FEATURES)
    function = build_augmentation(AugmentationSettings(typo_rate=1.0), [many], [()], FEATURES, seed=SEED)
    assert callable(function)
    generator = np.random.default_rng(0)
    found = {form for _ in range(50) for tokens in texts(function(generator)[0]) for form in tokens}
    assert found == {*typos_of("window", 5, seed=SEED), *typos_of("pane", 1, seed=SEED)}


def test_a_sentence_in_another_case_has_its_typos_in_that_case() -> None:
    upper, plain = (texts(draw(3, typo_rate=0.5, **rates)) for rates in ({"uppercase_rate": 1.0}, {}))
    assert plain != SENTENCES
    assert upper == [[form.upper() for form in tokens] for tokens in plain]


def test_a_form_with_a_typo_stands_in_no_list_and_one_in_another_case_does() -> None:
    lookups = [Feature("word", 2), Feature("list", 2, source="towns", place=0)]
    lists = Gazetteers({"towns": ["new york"]})
    features = fit_features(lookups, None, count_forms([["New", "York"]]), gazetteers=lists)
    corpus = encode([["New", "York"]], features)
    assert corpus.texts[1:] == ("New\x1eB", "York\x1eE")
    lower = with_variants(corpus, features, str.lower)[0]
    assert lower.texts[3:] == ("new\x1eB", "york\x1eE")
    exact = fit_features(
        lookups, None, count_forms([["New"]]), gazetteers=Gazetteers({"towns": ["New"]}, lowercase=False)
    )
    assert with_variants(encode([["New"]], exact), exact, str.lower)[0].texts[1:] == ("New\x1eS", "new")
    assert with_variants(encode([["New"]], exact), exact, str.title)[0].texts[1:] == ("New\x1eS",)
    whole, table = with_typos(corpus, features, SEED)
    assert table[:2].tolist() == [[0] * MOST_TYPOS, [1] * MOST_TYPOS]
    assert whole.texts[table[2, 0]] == typos_of("York", 1, seed=SEED)[0]
    assert whole.rows[table[2, 0]].tolist() == [UNKNOWN, UNKNOWN]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_with_everything_on_labels_stay_on_their_tokens(seed: int) -> None:
    """Every pair of a lower-cased form, or of one of its typos, and its tags comes from the corpus as it was."""
    known = {
        (text.lower(), row)
        for form, row in zip(
            [f for tokens in SENTENCES for f in tokens],
            zip(*(encoded("pos", "ner").labels[t].tolist() for t in ("pos", "ner")), strict=True),
            strict=True,
        )
        for text in (form, *typos_of(form, MOST_TYPOS, seed=SEED))
    }
    corpus = draw(seed, **EVERYTHING.model_dump())
    labels = zip(*(corpus.labels[t].tolist() for t in ("pos", "ner")), strict=True)
    found = [form.lower() for sentence in texts(corpus) for form in sentence]
    assert set(zip(found, labels, strict=True)) <= known
    assert corpus.starts[-1] == len(corpus.forms) == len(found)
    assert [len(s) > 0 for s in texts(corpus)] == [True] * len(SENTENCES)


def test_a_draw_changes_nothing_that_the_next_one_starts_from() -> None:
    corpus = encoded("pos", "ner")
    kept = [array.copy() for array in (corpus.rows, corpus.forms, corpus.starts, *corpus.labels.values())]
    function = augmented(corpus, **EVERYTHING.model_dump())
    assert callable(function)
    for array in (corpus.rows, corpus.forms, corpus.starts, *corpus.labels.values()):
        array.flags.writeable = False
    generator = np.random.default_rng(0)
    first = function(np.random.default_rng(0))[0]
    for _ in range(5):
        function(generator)
    again = function(np.random.default_rng(0))[0]
    np.testing.assert_array_equal(first.forms, again.forms)
    for array, before in zip(
        (corpus.rows, corpus.forms, corpus.starts, *corpus.labels.values()), kept, strict=True
    ):
        np.testing.assert_array_equal(array, before)


def run(trained: TrainingState, until: int) -> None:
    corpora = augmented(encoded("pos"), encoded("ner"), **EVERYTHING.model_dump())
    for step in train_epochs(trained, corpora, plan(epochs=5), lambda: Evaluation(score=0.5)):
        if step.epoch_end and step.epoch == until:
            return


def test_a_resumed_augmented_run_gives_the_weights_of_an_uninterrupted_one(tmp_path: Path) -> None:
    whole, broken, resumed = state(), state(), state()
    run(whole, 5)
    run(broken, 2)
    save_checkpoint(tmp_path, broken)
    restore_checkpoint(tmp_path, resumed)
    run(resumed, 5)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name


def test_each_epoch_is_drawn_anew() -> None:
    seen = []
    function = augmented(**EVERYTHING.model_dump())
    assert callable(function)

    def watched(generator: np.random.Generator) -> list[EncodedCorpus]:
        seen.append(list(function(generator)))
        return seen[-1]

    for _ in train_epochs(state(), watched, plan(epochs=4), Evaluation):
        pass
    assert len({tuple(corpora[0].forms.tolist()) for corpora in seen}) == 4


def test_rates_of_both_cases_above_one_are_refused() -> None:
    with pytest.raises(SettingsError) as error:
        augmented(lowercase_rate=0.7, uppercase_rate=0.5)
    assert str(error.value) == (
        "augmentation.uppercase_rate: expected at most 0.3, the rest of lowercase_rate, found 0.5."
    )
    with pytest.raises(SettingsError) as error:
        augmented(lowercase_rate=0.5, uppercase_rate=0.25, titlecase_rate=0.5)
    assert str(error.value) == (
        "augmentation.titlecase_rate: expected at most 0.25, the rest of lowercase_rate and uppercase_rate, found 0.5."
    )


def test_swapping_needs_a_task_with_mentions() -> None:
    with pytest.raises(SettingsError) as error:
        augmented(encoded("pos"), swap_rate=0.5)
    assert str(error.value) == (
        "augmentation.swap_rate: expected 0 without a task whose tags mark spans in the training data, found 0.5."
    )
    assert callable(augmented(encoded("pos"), encoded("ner"), swap_rate=0.5))


def test_swapped_mentions_may_come_from_any_sentence_of_their_corpus() -> None:
    """People: "Ada Lovelace", "Maria", "Ada"; at rate 1 Maria becomes one of the others."""
    assert NER[2] == ["S-PER", "O", "O"]
    found = {tuple(texts(draw(seed, swap_rate=1.0))[2]) for seed in range(30)}
    assert found == {("Ada", "Lovelace", "reads", "."), ("Ada", "reads", ".")}
