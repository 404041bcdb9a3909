"""A process that analyses one video after the other for a batch: JSON lines in, JSON lines out.

It is a program of its own (``python -m facs.batch.worker``), not a copy of the one that runs
the batch: nothing is shared and nothing is pickled. It ends when its input ends, so that it
does not outlive a batch that is killed.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from facs.batch.work import Watcher

__all__ = ["main"]

TELL_EVERY: Final = 0.2  # seconds


def main() -> None:
    """Read the settings and then tasks from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the batch decides, and ends the process
    answers = _private_output()
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    try:
        _serve(lines, answers)
    except BrokenPipeError:  # the batch is gone
        os._exit(1)


def _private_output() -> IO[str]:
    """Standard output for answers alone: what else is printed goes to standard error."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "w", encoding="ascii")


def _listen(lines: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def _serve(lines: queue.SimpleQueue[str], answers: IO[str]) -> None:
    # Not before: a batch that is killed at once is noticed also while this is imported.
    from facs.batch.options import BatchOptions
    from facs.batch.work import Job, Task
    from facs.errors import FacsError

    settings = json.loads(lines.get())
    options = BatchOptions.from_plain(settings["options"])
    try:
        job = Job(Path(settings["out"]), options, settings["how"])
    except FacsError as error:
        _tell(answers, {"fatal": str(error)})
        return
    _tell(answers, {"ready": True})
    while True:
        task = Task(**json.loads(lines.get()))
        entry = job.run(task, _teller(answers))
        _tell(answers, {"entry": asdict(entry)})


def _teller(answers: IO[str]) -> Watcher:
    """Tells the batch how far a video is, a few times a second."""
    from facs.batch.work import Watcher

    class Teller(Watcher):
        next = 0.0

        def frames(self, done: int, expected: int | None) -> None:
            if (now := time.monotonic()) >= self.next:
                self.next = now + TELL_EVERY
                _tell(answers, {"frames": done, "expected": expected})

        def writing(self) -> None:
            _tell(answers, {"writing": True})

    return Teller()


def _tell(answers: IO[str], message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
