"""The steps of a training to its saved epochs and a report."""

from collections.abc import Callable, Iterable

from tagger.errors import TaggerError
from tagger.recipes.run_folder import RunFolder, peak_memory_mb
from tagger.records import Step, TrainReport
from tagger.training.loop import TrainingState
from tagger.training.processes import LostProcess

LOST = "No epoch was over, nothing is saved: start the processes again."


def follow(
    rounds: Iterable[Step], state: TrainingState, run: RunFolder, observe: Callable[[Step], None]
) -> TrainReport:
    """Go through the steps of a training and save each epoch; what it came to. Ctrl-C ends it early."""
    interrupted = save_epochs(rounds, state, run, observe)
    best = next((line for line in state.history if line["epoch"] == state.best_epoch), None)
    return TrainReport(
        folder=run.path,
        epochs=state.epoch,
        best_epoch=state.best_epoch,
        best_score=state.best_score,
        scores=best["dev"] if best else {},
        seconds=state.seconds,
        peak_memory_mb=peak_memory_mb(),
        interrupted=interrupted,
        scorers_only=all(task.is_scorer for task in run.model.tasks),
    )


def save_epochs(
    steps: Iterable[Step], state: TrainingState, run: RunFolder, observe: Callable[[Step], None]
) -> bool:
    """Go through the steps and save each epoch; whether Ctrl-C ended it early (before the first epoch it is raised)."""
    try:
        for step in steps:
            if step.epoch_end:
                run.save(state, step)
            observe(step)
    except KeyboardInterrupt:
        if not run.started:
            raise
        return True
    except LostProcess as error:
        run.break_off(str(error))
        error.hint = (
            LOST if not run.started else f"{run.path} holds the last finished epoch: --resume goes on."
        )
        raise
    except TaggerError as error:
        run.break_off(str(error))
        raise
    return False
