"""The pool of processes: order, bounds, failures and ends."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tagger.errors import DataError, TaggerError
from tagger.inference.worker_pool import OrderedPool
from tests.inference import work

PATIENCE = 30.0  # seconds for what should happen at once


def pool_of(function: Callable[..., object], *arguments: object, workers: int = 2) -> OrderedPool:
    return OrderedPool(partial(work.build, partial(function, *arguments)), workers)


def is_running(number: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_results_keep_the_order_of_the_units_however_long_each_takes():
    units = [(0.03 * (number % 3 == 0), number) for number in range(30)]
    with pool_of(work.double_slowly) as pool:
        results = list(pool.map(units))
    assert [number for number, _ in results] == [2 * number for number in range(30)]
    assert len({process for _, process in results}) == 2


def test_a_pool_can_be_used_again_and_for_nothing():
    with pool_of(work.reciprocal) as pool:
        assert list(pool.map([1.0, 2.0])) == [1.0, 0.5]
        assert list(pool.map([])) == []
        assert list(pool.map([4.0, None, None])) == [0.25]


def test_units_and_results_larger_than_any_buffer_do_not_block_each_other():
    units = [bytes([number]) * 3_000_000 for number in range(12)]
    with pool_of(work.same_size) as pool:
        assert list(pool.map(units)) == units


def test_units_are_read_a_bounded_number_ahead():
    read = count()
    with OrderedPool(partial(work.build, work.reciprocal), 2, look_ahead=3) as pool:
        results = pool.map(1.0 + next(read) for _ in count())
        for _ in range(5):
            next(results)
        assert next(read) <= 5 + 2 * 2 * 3
        results.close()


def test_none_gives_back_everything_before_more_is_read():
    given = []

    def units():
        for number in (1.0, 2.0, None, 4.0, 5.0, 8.0, None):
            if number is None:
                yield None
                given.append(list(results))
            else:
                yield number

    results = []
    with pool_of(work.reciprocal) as pool:
        results.extend(pool.map(units()))
    assert given == [[1.0, 0.5], [1.0, 0.5, 0.25, 0.2, 0.125]]


def test_an_exception_of_a_unit_comes_in_its_place_with_the_other_traceback():
    results = []
    with pool_of(work.reciprocal) as pool:
        with pytest.raises(ZeroDivisionError) as error:
            results.extend(pool.map([1.0, 2.0, 0.0, 4.0]))
        assert results == [1.0, 0.5]
        assert "in reciprocal" in error.value.__notes__[0]
        assert list(pool.map([5.0])) == [0.2]  # what was under way is forgotten


def test_errors_for_users_travel_as_they_are():
    with pool_of(work.refuse, workers=1) as pool, pytest.raises(DataError) as error:
        list(pool.map([3]))
    assert str(error.value) == "file:3: expected a word, found none."
    assert not hasattr(error.value, "__notes__")


def test_an_exception_that_cannot_be_read_is_told_in_words():
    with pool_of(work.fail_unreadably) as pool, pytest.raises(RuntimeError) as error:
        list(pool.map([7]))
    assert str(error.value) == "Unreadable: here: not 7"


def test_a_work_that_cannot_be_built_is_its_own_error():
    with OrderedPool(work.build_nothing, 2) as pool, pytest.raises(ValueError) as error:
        list(pool.map([1, 2, 3]))
    assert str(error.value) == "cannot be built"


def test_what_cannot_be_pickled_is_refused_before_anything_starts():
    with pytest.raises((AttributeError, pickle.PicklingError), match="local object"):
        OrderedPool(lambda: lambda unit: unit, 2)


def test_a_killed_process_is_a_clear_error():
    with pool_of(work.kill_itself_at, 5) as pool, pytest.raises(TaggerError) as error:
        list(pool.map(range(100)))
    assert str(error.value) == (
        "a worker process ended by the signal SIGKILL. If memory ran out, fewer workers or a smaller memory help."
    )


def test_an_exception_of_the_units_iterator_passes_and_the_processes_end(tmp_path):
    def units():
        yield from range(20)
        raise KeyError("source")

    with pytest.raises(KeyError, match="source"), pool_of(work.name_itself, str(tmp_path)) as pool:
        list(pool.map(units()))
    assert not [path for path in tmp_path.iterdir() if is_running(int(path.name))]


def test_processes_have_one_thread_of_linear_algebra():
    with pool_of(work.environment, workers=1) as pool:
        assert list(pool.map(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"])) == ["1", "1"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupt", "kill"])
def test_processes_end_with_their_parent_and_say_nothing(tmp_path, how):
    code = f"from tests.inference import work; work.pool_until_killed({str(tmp_path)!r})"
    program = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
    if how == signal.SIGINT:
        os.killpg(program.pid, how)  # as a terminal does: to all of them
    else:
        program.kill()
    _, errors = program.communicate(timeout=PATIENCE)
    assert program.returncode == -how
    assert errors.count("Traceback") == (how == signal.SIGINT)  # the parent's own
    wait_until(lambda: not [path for path in tmp_path.iterdir() if is_running(int(path.name))])
