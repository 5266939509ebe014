"""The door to Ray Data, with two actors on this machine."""

import os
import signal
import socket
from contextlib import closing
from functools import partial

import pyarrow as pa
import pytest

import tagger
from tagger.errors import DataError, TaggerError
from tagger.recipes import ray_engine
from tagger.recipes.ray_engine import ActorPool
from tagger.saved import write_model
from tests.inference.random_models import random_model

pytest.importorskip("ray.data", reason="needs Ray: pip install 'tagger[ray]'")

pytestmark = [
    pytest.mark.filterwarnings("default"),  # of Ray's own threads and sockets
]


def die_once(mark, number):
    """Kills its own process on 3, as long as there is no file `mark`."""
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid(), 2 * number


def build_die_once(mark):
    return partial(die_once, mark)


def die(number):
    os.kill(os.getpid(), signal.SIGKILL)


def build_die():
    return die


def refuse(number):
    raise DataError("a.txt", number, "a word", "none")


def build_refuse():
    return refuse


def fail_to_build():
    raise TaggerError("expected a model, found none", where="here")


@pytest.fixture(scope="module")
def pool():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ray_engine.ADDRESS, raising=False)
        with ActorPool(2) as pool:
            yield pool


def test_every_unit_comes_back_though_an_actor_is_killed(pool, monkeypatch, tmp_path):
    monkeypatch.setattr(ray_engine, "WAVE", 5)  # so that there are two
    results = dict(pool.map(partial(build_die_once, tmp_path / "mark"), range(8)))
    assert (tmp_path / "mark").exists()
    assert {unit: result[1] for unit, result in results.items()} == {
        number: 2 * number for number in range(8)
    }
    assert os.getpid() not in {result[0] for result in results.values()}
    assert pool.workers == 2


def test_a_unit_that_always_kills_its_actor_is_an_error(pool, monkeypatch):
    monkeypatch.setattr(ray_engine, "RETRIES", 1)
    with pytest.raises(TaggerError) as caught:
        list(pool.map(build_die, [1]))
    assert str(caught.value) == (
        "ray: worker processes ended 2 times at the same piece of work. If memory ran out, fewer workers or a smaller "
        "--memory help; else look at the logs of Ray."
    )


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (build_refuse, "a.txt:5: expected a word, found none."),
        (fail_to_build, "here: expected a model, found none."),
    ],
)
def test_errors_of_the_user_come_back_as_they_are(pool, build, message):
    with pytest.raises(TaggerError) as caught:
        list(pool.map(build, [5]))
    assert str(caught.value) == message


@pytest.mark.parametrize("address", ["127.0.0.1:{}", "ray://127.0.0.1:{}", "127.0.0.1:{}0000"])
def test_a_cluster_that_does_not_answer_is_an_error(pool, monkeypatch, address):
    import ray

    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        address = address.format(free.getsockname()[1])  # which nobody listens at
    monkeypatch.setenv(ray_engine.ADDRESS, address)
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", lambda **options: pytest.fail("Ray would wait"))
    with pytest.raises(TaggerError) as caught, ActorPool(2):
        pass
    assert str(caught.value).startswith(f"{address}: expected a cluster of Ray, found none (")
    assert str(caught.value).endswith("Without RAY_ADDRESS one is started on this machine.")


@pytest.mark.parametrize("address", ["127.0.0.1:{}", "auto"])
def test_a_cluster_that_ray_cannot_join_is_an_error(pool, monkeypatch, address):
    import ray

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = address.format(server.getsockname()[1])

        def init(**options):
            assert options["address"] == address
            raise ConnectionError("no answer")

        monkeypatch.setenv(ray_engine.ADDRESS, address)
        monkeypatch.setattr(ray, "is_initialized", lambda: False)
        monkeypatch.setattr(ray, "init", init)
        with pytest.raises(TaggerError) as caught, ActorPool(2):
            pass
    assert str(caught.value) == f"{address}: expected a Ray to work with, found none (no answer)."


@pytest.fixture
def model(tmp_path):
    (tmp_path / "model").mkdir()
    write_model(tmp_path / "model", random_model(1))
    return tmp_path / "model"


def test_a_data_set_of_ray_gets_the_columns(pool, model):
    import ray

    table = pa.table({"id": list(range(9)), "text": ["Ada lives in Paris."] * 9})
    rows = ray.data.from_arrow([table[:4], table[4:6], table[6:]])  # tasks would wait for the actors' cores
    tagged = rows.map_batches(
        tagger.TableTagger,
        fn_constructor_args=(str(model),),
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=2),
    ).take_all()
    assert sorted(tagged, key=lambda row: row["id"]) == tagger.TableTagger(model)(table).to_pylist()
