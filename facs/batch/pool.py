"""Processes on this machine that take one video after the other."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

import facs
from facs.batch.manifest import Entry
from facs.batch.options import BatchOptions
from facs.batch.work import Task
from facs.errors import FacsError

__all__ = ["Crew", "run_tasks"]

FALSE_STARTS: Final = 3
"""Processes that may die one after the other before they have begun with anything."""

LOOK_EVERY: Final = 1.0  # seconds between looks for a process that makes no progress

Heard = tuple["_Process", "dict[str, Any] | None"]
"""What a process said; None is its end."""

OnFrames = Callable[[dict[str, "tuple[int, int | None]"]], None]


def run_tasks(
    tasks: Sequence[Task],
    out: Path,
    options: BatchOptions,
    how: dict[str, Any],
    on_frames: OnFrames | None = None,
) -> Iterator[Entry]:
    """Yield the entry of each task, in the order in which they are done.

    A process that dies (a decoder that crashes, no memory left) or makes no progress takes
    its one video with it, which has failed then; another process goes on with the rest.

    Parameters
    ----------
    tasks : sequence of Task
    out, options, how
        As for `facs.batch.work.Job`.
    on_frames : callable, optional
        Called with frames done and expected of each video that is being analysed.

    Raises
    ------
    FacsError
        If no process can begin, as without a model.
    """
    with Crew(out, options, how) as crew:
        yield from crew.run(tasks, on_frames)


class _Process:
    """One worker: what it does, and when it last made progress.

    A thread reads what it says, because not every system can wait for pipes.
    """

    def __init__(self, settings: dict[str, Any], heard: SimpleQueue[Heard]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed in `end`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "facs.batch.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(),
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self.task: Task | None = None
        self.ready = False
        self.frames: tuple[int, int | None] = (0, None)
        self._alive_until = math.inf
        self._listener = threading.Thread(target=self._listen, args=(heard,), daemon=True)
        self._listener.start()
        self._send(settings)

    def _listen(self, heard: SimpleQueue[Heard]) -> None:
        for line in self._output:
            if line.endswith(b"\n"):  # what is not may be half of what it wanted to say
                heard.put((self, json.loads(line)))
        heard.put((self, None))

    def _send(self, message: dict[str, Any]) -> None:
        with suppress(BrokenPipeError):  # it is dead, which its output tells
            self._input.write(json.dumps(message).encode() + b"\n")
            self._input.flush()

    def give(self, task: Task, patience: float) -> None:
        """Let it begin with a video."""
        self.task, self.frames = task, (0, None)
        self._alive_until = time.monotonic() + patience
        self._send(asdict(task))

    def goes_on(self, message: dict[str, Any], patience: float) -> bool:
        """Whether a message only says how far it is."""
        if "frames" in message:
            self.frames = message["frames"], message["expected"]
            self._alive_until = time.monotonic() + patience
        elif "writing" in message:
            self._alive_until = math.inf
        return "frames" in message or "writing" in message

    def is_stuck(self) -> bool:
        """Whether it has decoded nothing for too long."""
        return self.task is not None and time.monotonic() > self._alive_until

    def end(self) -> str:
        """End it if it still runs; say what it died of."""
        self._process.kill()
        status = self._process.wait()
        self._listener.join()
        with suppress(BrokenPipeError):  # what was still to be sent has nobody to read it
            self._input.close()
        self._output.close()
        last = self._last_words()
        self._errors.close()
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return f"the process that analysed it ended by itself ({how}{last and ': ' + last})"

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read()[-4096:].decode(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else ""


def _environment() -> dict[str, str]:
    """So that the same package is found, and no library takes more than its one thread."""
    home = str(Path(facs.__file__).resolve().parents[1])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"OMP_NUM_THREADS": "1"} | os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


class Crew:
    """Processes that stay from one call of `run` to the next: see `run_tasks`."""

    def __init__(self, out: Path, options: BatchOptions, how: dict[str, Any]) -> None:
        self._settings = {"out": str(out), "options": options.plain(), "how": how}
        self._size, self._patience = options.jobs, options.patience
        self._heard: SimpleQueue[Heard] = SimpleQueue()
        self._processes: set[_Process] = set()
        self._false_starts = 0

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process."""
        for process in self._processes:
            process.end()
        self._processes.clear()

    def run(self, tasks: Sequence[Task], on_frames: OnFrames | None = None) -> Iterator[Entry]:
        """Yield the entry of each task, in the order in which they are done."""
        waiting, unfinished = deque(tasks), len(tasks)
        while unfinished:
            while len(self._processes) < min(self._size, unfinished):
                self._start()
            for process in self._processes:
                if waiting and process.ready and process.task is None:
                    process.give(waiting.popleft(), self._patience)
            for entry in self._wait():
                unfinished -= 1
                yield entry
            if on_frames is not None:
                on_frames({p.task.name: p.frames for p in self._processes if p.task is not None})

    def _start(self) -> None:
        self._processes.add(_Process(self._settings, self._heard))

    def _wait(self) -> Iterator[Entry]:
        with suppress(Empty):
            process, message = self._heard.get(timeout=LOOK_EVERY)
            if process not in self._processes:  # what it said before it was ended
                return
            if message is None:
                yield from self._lost(process)
            elif not process.goes_on(message, self._patience):
                yield from self._answered(process, message)
        for process in [p for p in self._processes if p.is_stuck()]:
            yield from self._lost(process, f"no frame was decoded for {self._patience:g} s")

    def _answered(self, process: _Process, message: dict[str, Any]) -> Iterator[Entry]:
        if "fatal" in message:
            raise FacsError(message["fatal"])
        process.ready, self._false_starts = True, 0
        if "entry" in message:
            process.task = None
            yield Entry(**message["entry"])

    def _lost(self, process: _Process, why: str = "") -> Iterator[Entry]:
        """Let go of a process; its video, if it had one, has failed."""
        self._processes.remove(process)
        died = process.end()
        if not process.ready:
            self._false_starts += 1
            if self._false_starts > FALSE_STARTS:
                raise FacsError(f"no process can be started: {died}")
        if process.task is not None:
            yield Entry(process.task.source, process.task.name, "failed", why or died)
