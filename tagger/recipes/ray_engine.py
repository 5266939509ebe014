"""Units of work to their results by actors of Ray Data, on this machine or on a cluster; the door to `ray`.

Only the units and their results, some bytes each, go through Ray's object store. What an actor had under way when it
died is done again by another one.
"""

import logging
import os
import pickle
import re
import socket
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from itertools import islice
from typing import Any, Generic, TypeVar

from tagger.errors import SettingsError, TaggerError
from tagger.inference.worker_process import Failure

Unit = TypeVar("Unit")
Result = TypeVar("Result")

ADDRESS = "RAY_ADDRESS"
"""Variable of the environment that names a running cluster; without it Ray is started here and ends with the run."""
PLACE = re.compile(r"(?:ray://)?\[?([^/\]]+?)\]?:(\d+)")
"""An address with a machine and a port."""
ANSWER = 10.0  # seconds in which a machine takes a connection
OBJECT_STORE = 200_000_000
"""Bytes of memory for the object store of a Ray that is started here: models, units and results."""
RETRIES = 3
"""How often a unit is done again whose actor died; actors themselves are always started again."""
WAVE = 10_000
"""Units that Ray is given at once: it keeps a record of each."""
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_raylet_start_wait_time_s": "180",  # seconds: a busy machine takes its time
}


def require_ray() -> None:
    """Raise SettingsError where Ray is not installed."""
    for name, value in ENVIRONMENT.items():  # it reads them once, when it is loaded
        os.environ.setdefault(name, value)
    try:
        import ray.data  # noqa: F401
    except ImportError as error:
        hint = 'pip install "tagger[ray]" brings it.'
        raise SettingsError("--engine", "an environment with Ray Data", f"none ({error})", hint) from error


class ActorPool(Generic[Unit, Result]):
    """Actors that work on units side by side. A context manager: it ends a Ray that it has started.

    with ActorPool(workers=2) as pool:
        for result in pool.map(build, units): ...
    """

    def __init__(self, workers: int = 0) -> None:
        """workers: actors, each with a core of its own; 0: as many as there are cores, of the cluster if it is one."""
        require_ray()
        self._asked = workers
        self._open = ExitStack()

    def __enter__(self) -> "ActorPool[Unit, Result]":
        import ray

        with ExitStack() as stack:
            stack.enter_context(_quiet())
            if not ray.is_initialized():
                stack.callback(ray.shutdown)
                _start(self._asked)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    @property
    def workers(self) -> int:
        """The number of actors."""
        import ray

        return self._asked or max(1, int(ray.cluster_resources().get("CPU", 1)))

    def map(
        self, build: Callable[[], Callable[[Unit], Result]], units: Iterable[Unit]
    ) -> Iterator[tuple[Unit, Result]]:
        """Each unit with its result, as they come, which is in no settled order.

        build: makes the function that does a unit, once in each actor. It, units and results are pickled.
        Raises TaggerError and OSError as `build` and its function do, and TaggerError where actors keep dying.
        """
        waiting = iter(units)
        while wave := list(islice(waiting, WAVE)):
            for number, result in _results(build, wave, self.workers):
                if isinstance(result, Failure):
                    raise result.error
                yield wave[number], result


class _Actor:
    """What lives in a worker process of Ray."""

    def __init__(self, build: Callable[[], Callable[[Any], Any]]) -> None:
        self._work: Callable[[Any], Any] | None = None
        try:
            self._work = build()
        except (TaggerError, OSError) as error:  # the first process raises it
            self._failure = Failure(error)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        results = [pickle.dumps(self._outcome(unit)) for unit in batch["unit"]]
        return {"number": list(batch["number"]), "result": results}

    def _outcome(self, unit: bytes) -> object:
        if self._work is None:
            return self._failure
        try:
            return self._work(pickle.loads(unit))
        except (TaggerError, OSError) as error:
            return Failure(error)


def _start(workers: int) -> None:
    """Start Ray here, or join the cluster that the environment names. Raises TaggerError."""
    import ray

    address = os.environ.get(ADDRESS)
    if address:
        _check_answers(address)
    own: dict[str, Any] = {"num_cpus": workers or None, "include_dashboard": False}
    own |= {"address": "local", "object_store_memory": OBJECT_STORE}
    try:
        ray.init(
            **({"address": address} if address else own), log_to_driver=False, logging_level=logging.ERROR
        )
    except Exception as error:  # where it cannot start, it raises what is of no class of its own
        found = " ".join(str(error).split())[:200]
        raise TaggerError(
            f"expected a Ray to work with, found none ({found})", where=address or "ray"
        ) from error


def _check_answers(address: str) -> None:
    """Raise TaggerError where no machine listens at `address`, for which Ray itself would wait a minute."""
    place = PLACE.fullmatch(address)
    if place is None:  # such as "auto": Ray knows where
        return
    try:
        socket.create_connection((place[1], int(place[2])), timeout=ANSWER).close()
    except (OSError, OverflowError) as error:  # the latter for a port that there cannot be
        hint = f"Is it running, and is the port right? Without {ADDRESS} one is started on this machine."
        found = getattr(error, "strerror", None) or str(error)
        raise TaggerError(
            f"expected a cluster of Ray, found none ({found})", where=address, hint=hint
        ) from error


def _results(
    build: Callable[[], Callable[[Unit], Result]], wave: list[Unit], workers: int
) -> Iterator[tuple[int, Any]]:
    """The number in the wave and the result of each unit, as they come."""
    import ray.data

    rows = [{"number": number, "unit": pickle.dumps(unit)} for number, unit in enumerate(wave)]
    with _deaths():
        dataset = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            _Actor,
            fn_constructor_args=(build,),
            batch_size=None,  # a block at a time, which is a unit
            compute=ray.data.ActorPoolStrategy(size=min(workers, len(rows)), max_tasks_in_flight_per_actor=2),
            num_cpus=1,
            ray_remote_args_fn=_remote_options,
        )
        for row in dataset.iter_rows():
            yield int(row["number"]), pickle.loads(row["result"])


def _remote_options() -> dict[str, int]:
    """Actors are started again however often machines go away; a unit that kills them is given up."""
    return {"max_restarts": -1, "max_task_retries": RETRIES}


@contextmanager
def _quiet() -> Iterator[None]:
    """What Ray has to say goes to stderr, and is little: it would report all that it does, on both streams."""
    import ray

    for handler in logging.getLogger("ray.data").handlers:
        handler.setLevel(logging.CRITICAL)
    with redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore", ray.util.annotations.RayDeprecationWarning)
        yield


@contextmanager
def _deaths() -> Iterator[None]:
    """Within it, what Ray raises where actors keep dying is a TaggerError."""
    import ray.exceptions

    died = (ray.exceptions.RayActorError, ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError)
    try:
        yield
    except ray.exceptions.RayError as error:
        causes = [error, getattr(error, "cause", None), error.__cause__]
        if not any(isinstance(cause, died) for cause in causes):
            raise
        hint = "If memory ran out, fewer workers or a smaller --memory help; else look at the logs of Ray."
        problem = f"worker processes ended {RETRIES + 1} times at the same piece of work"
        raise TaggerError(problem, where="ray", hint=hint) from error
