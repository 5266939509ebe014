"""A second process that does units of work: pickles over a socket pair, never blocking the first process.

The process is a plain new interpreter, so neither threads of the first one nor the guard of a main file matter; what
is sent must be importable by name. It leaves Ctrl-C to its parent and ends when the parent's end of the socket closes,
whether that was done on purpose or the parent is gone. Its linear algebra has one thread.
"""

import os
import pickle
import signal
import socket
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from tagger.errors import TaggerError

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
BUFFER = 1 << 20
"""Bytes that the socket is asked to hold, so that a finished unit need not wait for its reader."""
HEADER = 8
"""Bytes in front of each pickle that hold its length."""


class WorkerProcess:
    """The first process's side: units go out and results come in whenever `send` and `receive` are called."""

    def __init__(self, build: Callable[[], Callable[[Any], Any]]) -> None:
        """Start the process; it calls `build()` and then its result on each unit. Raises what pickling raises."""
        begin = _frame(build)
        self.socket, there = socket.socketpair()
        with there:
            for end in (self.socket, there):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            code = (
                f"import sys; sys.path[:] = {[entry for entry in sys.path if isinstance(entry, str)]!r}\n"
                f"from {__name__} import serve\nserve({there.fileno()})"
            )
            with _interrupts_waiting():
                self._process = subprocess.Popen(
                    [sys.executable, "-c", code],
                    stdin=subprocess.DEVNULL,
                    pass_fds=[there.fileno()],
                    env={**os.environ, **ONE_THREAD},
                )
        self.socket.setblocking(False)
        self.units: deque[int] = deque()  # numbers of the units that it has and has not done
        self._outgoing: deque[memoryview] = deque([begin])
        self._incoming = bytearray()

    @property
    def has_outgoing(self) -> bool:
        """Whether `send` has something to send."""
        return bool(self._outgoing)

    def give(self, number: int, unit: object) -> None:
        """Let `unit` wait to be sent. Raises what pickling raises."""
        self._outgoing.append(_frame(unit))
        self.units.append(number)

    def send(self) -> None:
        """Send as much as goes without waiting."""
        while self._outgoing:
            part = self._outgoing[0]
            try:
                sent = self.socket.send(part)
            except BlockingIOError:
                return
            except OSError:  # it has ended: `receive` finds that out
                self._outgoing.clear()
                return
            if sent < len(part):
                self._outgoing[0] = part[sent:]
            else:
                self._outgoing.popleft()

    def receive(self) -> Iterator[tuple[int, Any]]:
        """The numbers and results of the units that are done; a result may be a `Failure`.

        Raises TaggerError where the process has ended.
        """
        while True:
            try:
                part = self.socket.recv(BUFFER)
            except BlockingIOError:
                break
            except OSError:
                part = b""
            if not part:
                raise self._ended()
            self._incoming += part
            if len(part) < BUFFER:
                break
        for content in _frames(self._incoming):
            yield self.units.popleft(), pickle.loads(content)

    def end(self) -> None:
        """End the process, whatever it does: it holds nothing that could be lost."""
        self.socket.close()
        self._process.kill()
        self._process.wait()

    def _ended(self) -> TaggerError:
        code = self._process.wait()
        how = f"with exit code {code}" if code >= 0 else f"by the signal {signal.Signals(-code).name}"
        return TaggerError(
            f"a worker process ended {how}", hint="If memory ran out, fewer workers or a smaller memory help."
        )


class Failure:
    """In place of a result: the exception that a unit, or building the work, raised."""

    def __init__(self, error: Exception) -> None:
        """Keeps `error`, with the other process's traceback as a note if it is no TaggerError."""
        if not isinstance(error, TaggerError):
            error.add_note("In a worker process:\n" + "".join(traceback.format_exception(error)))
        self.error = error


def serve(descriptor: int) -> NoReturn:
    """What the second process runs: one answer for each unit that comes through the socket, until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    with socket.socket(fileno=descriptor) as there:
        try:
            _answer(there)
        except (OSError, EOFError):
            os._exit(0)  # the parent has closed its end
    raise AssertionError("unreachable: a socket gives units until it closes")


def _answer(there: socket.socket) -> NoReturn:
    work: Callable[[Any], Any] | None = None
    failure: Failure | None = None
    with there.makefile("rb") as stream:
        try:
            work = pickle.loads(_read(stream))()
        except Exception as error:  # noqa: BLE001 - the first process raises it
            failure = Failure(error)
        while True:
            content = _read(stream)
            there.sendall(_answer_frame(failure if work is None else _outcome(work, content)))


def _outcome(work: Callable[[Any], Any], content: bytes) -> object:
    try:
        return work(pickle.loads(content))
    except Exception as error:  # noqa: BLE001 - the first process raises it
        return Failure(error)


def _answer_frame(result: object) -> memoryview:
    """The frame of a result; of a Failure in its place where it cannot travel."""
    try:
        frame = _frame(result)
        if isinstance(result, Failure):
            pickle.loads(frame[HEADER:])  # some exceptions can be written but not read
    except Exception as error:  # noqa: BLE001 - whatever hinders a pickle
        cause = result.error if isinstance(result, Failure) else error
        return _frame(Failure(RuntimeError(f"{type(cause).__name__}: {cause}")))
    return frame


def _frame(content: object) -> memoryview:
    """The pickle of `content` behind its length."""
    pickled = pickle.dumps(content, protocol=5)
    return memoryview(len(pickled).to_bytes(HEADER, "little") + pickled)


def _frames(incoming: bytearray) -> Iterator[bytes]:
    """The complete pickles that `incoming` begins with, taken off it."""
    while len(incoming) >= HEADER:
        end = HEADER + int.from_bytes(incoming[:HEADER], "little")
        if len(incoming) < end:
            return
        content = bytes(memoryview(incoming)[HEADER:end])
        del incoming[:end]
        yield content


def _read(stream: Any) -> bytes:
    """The next pickle of a blocking stream. Raises EOFError at its end."""
    size = int.from_bytes(_exactly(stream, HEADER), "little")
    return _exactly(stream, size)


def _exactly(stream: Any, size: int) -> bytes:
    content: bytes = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


@contextmanager
def _interrupts_waiting() -> Iterator[None]:
    """Hold SIGINT back: a process started meanwhile inherits that it waits, until it ignores it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
