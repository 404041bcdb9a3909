"""Voice: says words aloud, by a process that it starts and that may fail without harm."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final

from facs.live.languages import language_of
from facs.live.words import Word
from facs.meaning.listener import Sign

__all__ = ["Voice"]

PROGRAM: Final = (sys.executable, "-m", "facs.live.voice_process")

PARTING: Final = 5.0
"""Seconds that the process may take to end."""


class Voice:
    """An outlet that speaks.

    Parameters
    ----------
    signs : sequence of Sign
    folder : Path
        Where the sounds of the profile are.
    language : str
        Of words whose letters do not tell.
    program : sequence of str
        What is started.

    Attributes
    ----------
    ready : threading.Event
        Set once every word can be said, or nothing can.
    """

    def __init__(
        self,
        signs: Sequence[Sign],
        folder: Path,
        language: str = "en",
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self.ready = Event()
        self._problems: list[str] = []
        self._lock = Lock()
        self._closed = False
        self._process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._reader = Thread(target=self._read, name="voice", daemon=True)
        self._reader.start()
        self._order({"words": [_words(sign, folder, language) for sign in signs]})

    @property
    def problem(self) -> str:
        """What cannot be said aloud, in one line."""
        return "; ".join(self._problems)

    def say(self, word: Word) -> None:
        """Say it, and stop what is being said."""
        self._order({"say": word.sign.gesture.name})

    def undo(self, word: Word) -> None:
        """Stop saying it."""
        self._order({"stop": True})

    def close(self) -> None:
        """End the process once it has said its last word."""
        self._closed = True
        with self._lock:
            if self._process.stdin is not None:
                with suppress(OSError):  # it has ended by itself
                    self._process.stdin.close()
        try:
            self._process.wait(PARTING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(PARTING)

    def _order(self, order: dict[str, Any]) -> None:
        with self._lock:
            if self._process.stdin is not None and not self._closed:
                with suppress(OSError):  # it has ended; the reader says so
                    self._process.stdin.write(json.dumps(order) + "\n")
                    self._process.stdin.flush()

    def _read(self) -> None:
        """Hear what the process answers, until it ends."""
        assert self._process.stdout is not None
        with self._process.stdout as answers:
            for line in answers:
                answer = json.loads(line)
                if "problem" in answer:
                    self._problems.append(answer["problem"])
                if "ready" in answer:
                    self.ready.set()
        if not self._closed and not self._problems:
            self._problems.append("the voice stopped; words are shown only")
        self.ready.set()


def _words(sign: Sign, folder: Path, language: str) -> dict[str, str]:
    return {
        "name": sign.gesture.name,
        "text": sign.word,
        "language": language_of(sign.word, language),
        "sound": str(folder / sign.sound) if sign.sound else "",
    }
