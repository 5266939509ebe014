"""A tagger and gold sentences to the scores of each task, and all that is found beside them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tagger.evaluation.intervals import document_numbers
from tagger.evaluation.ranking import score_ranking
from tagger.evaluation.scores import score_task
from tagger.evaluation.task_analysis import analyse
from tagger.inference.tagger import Tagger
from tagger.recipes.evaluate_baselines import Rivals
from tagger.recipes.evaluation_result import TaskEvaluation
from tagger.recipes.gold import GoldPart, fingerprint_of_tags, gold_tags
from tagger.recipes.tagged_gold import Stopwatch, TaggedGold, Tags, tag_gold
from tagger.recipes.training_forms import TrainingForms
from tagger.text.memory import document_runs


@dataclass(frozen=True, slots=True)
class Judge:
    """Scores one part of the gold data after another."""

    tagger: Tagger
    forms: TrainingForms
    seeds: tuple[int | None, ...]  # of the training of each model
    rivals: Rivals | None  # baselines
    worst: int  # sentences to keep of those that are tagged worst
    watch: Stopwatch  # of the tagging

    def score(self, part: GoldPart) -> Iterator[TaskEvaluation]:
        """The tasks of the part, in their order."""
        sentences = part.gold.sentences
        tokens = [sentence.tokens for sentence in sentences]
        expected = {task.name: gold_tags(task, part.gold) for task in part.tasks}
        tagging = [task for task in part.tasks if not task.is_scorer]
        runs = list(document_runs(sentences))
        tagged = self.tagger.tag_sentences(tokens, probabilities=True, documents=runs) if tagging else ()
        gold = [expected[task.name] for task in tagging]
        found = {own.task.name: own for own in tag_gold(self.watch.watched(tagged), tagging, gold)}
        ranks = len(tagging) < len(part.tasks)
        scored = list(self.tagger.score_sentences(tokens, documents=runs)) if ranks else []
        documents = document_numbers(sentences)
        for task in part.tasks:
            tags = expected[task.name]
            facts = (part.gold.name, fingerprint_of_tags(sentences, tags), task.scheme, self.seeds)
            if task.is_scorer:
                ranking = score_ranking(task.name, tags, [own[task.name] for own in scored])
                yield TaskEvaluation(ranking, *facts, task.labels[0])
            else:
                yield self._tagged(part, found[task.name], tags, documents, facts)

    def _tagged(
        self,
        part: GoldPart,
        found: TaggedGold,
        gold: Tags,
        documents: NDArray[np.intp] | None,
        facts: tuple[str, str, str, tuple[int | None, ...]],
    ) -> TaskEvaluation:
        task, sentences = found.task, part.gold.sentences
        known, ambiguous = self.forms
        scores = score_task(
            task.name,
            gold,
            found.tags,
            [sentence.tokens for sentence in sentences],
            scheme=task.scheme,
            known_forms=known or (),
        )
        analysis = analyse(
            task.name,
            sentences,
            gold,
            found.tags,
            found.chances,
            scheme=task.scheme,
            documents=documents,
            known=known,
            ambiguous=ambiguous.get(task.name),
            worst=self.worst,
        )
        if self.rivals:
            baselines = self.rivals.of(task, part, found.tags, documents)
            analysis = replace(analysis, baselines=baselines)
        return TaskEvaluation(scores, *facts, reliability=found.reliability(), analysis=analysis)
