"""The log: a row for every word, and for what else happened; a carer marks words right or wrong.

The file is written whole after each change, and never left half written. What cannot be written,
because the disk is full or is not there, stays here and on the page, and is written once there is
room. Nothing about a file keeps her from speaking: where another session writes it, or it is no
log, there is a second one beside it.
"""

from __future__ import annotations

import csv
import io
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from facs.errors import InputError, OutputError
from facs.files import atomic
from facs.live.log_place import Place
from facs.live.words import Word
from facs.meaning.detector import GestureEvent
from facs.meaning.marks import COLUMNS, MARKS, delimiter_of

__all__ = ["Entry", "EventLog"]

RETRY: Final = 5.0
"""Seconds until what could not be written is tried again."""


@dataclass(frozen=True)
class Entry:
    """One row.

    Parameters
    ----------
    kind : str
        ``"word"``, or what happened: ``"start"``, ``"pause"``, ``"listening"``, ``"camera"``, ...
    seconds : float
        Since the session's first frame.
    listened : float, seconds
        How long she was seen and listened to by then.
    written : datetime
    word : Word, optional
    event : GestureEvent, optional
        The word's, with its offset as known by now.
    kept : float
        See `facs.live.kept`.
    mark, text : str
    """

    kind: str
    seconds: float
    listened: float
    written: datetime
    word: Word | None = None
    event: GestureEvent | None = None
    kept: float = float("nan")
    mark: str = ""
    text: str = ""

    def row(self, session: str) -> dict[str, object]:
        """As in the file."""
        found: dict[str, object] = {
            "session": session,
            "kind": self.kind,
            "written": self.written.isoformat(timespec="seconds"),
            "seconds": f"{self.seconds:.3f}",
            "listened_s": f"{self.listened:.1f}",
            "mark": self.mark,
            "text": self.text,
        }
        if self.word is not None and self.event is not None:
            gesture = self.word.sign.gesture
            found |= {
                "number": self.word.number,
                "gesture": gesture.name,
                "word": self.word.sign.word,
                "onset_s": f"{self.event.onset:.3f}",
                "offset_s": f"{self.event.offset:.3f}",
                "peak": f"{self.event.peak:.3f}",
                "kept": "" if self.kept != self.kept else f"{self.kept:.4f}",
                "age_ms": f"{1000 * self.word.age:.0f}",
                "rule": gesture.rule,
            }
        return found


class EventLog:
    """Entries of one session, in memory and, where there is a path, behind those of a file.

    Parameters
    ----------
    path : Path, optional
        A new file, or a log that is continued.
    now : callable
        The time of day.

    Attributes
    ----------
    path : Path or None
        Where the words go: beside what was asked for, where that cannot be continued.
    notice : str
        Why it is another file; empty where it is not.
    problem : str
        Why the file could not be written lately; empty where it could.

    Examples
    --------
    >>> log = EventLog()
    >>> log.note("start", 0.0, 0.0, "child.toml")
    >>> [entry.kind for entry in log.entries]
    ['start']
    """

    def __init__(
        self,
        path: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc).astimezone(),
    ) -> None:
        self.path = path
        self.problem = self.notice = ""
        self.version = 0
        self.now = now
        began = now().astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        self._session = f"{began}-{secrets.token_hex(3)}"  # two may begin in one second
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._wake = threading.Event()
        self._closed = False
        self._writer: threading.Thread | None = None
        self._place: Place | None = None  # until its folder is there
        if path is not None:
            self._write()  # so that what is wrong is told now rather than with the first word
            self._writer = threading.Thread(target=self._keep_writing, name="log", daemon=True)
            self._writer.start()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of this session, in order."""
        with self._lock:
            return tuple(self._entries)

    def since(self, count: int) -> tuple[Entry, ...]:
        """All but the first `count`."""
        with self._lock:
            return tuple(self._entries[count:])

    @property
    def words(self) -> tuple[Entry, ...]:
        """Those that are words."""
        return tuple(entry for entry in self.entries if entry.word is not None)

    def note(self, kind: str, seconds: float, listened: float, text: str = "") -> None:
        """Something happened."""
        self._add(Entry(kind, seconds, listened, self.now(), text=text))

    def say(self, word: Word, listened: float) -> None:
        """A word was said."""
        self._add(Entry("word", word.event.decided, listened, word.written, word, word.event))

    def grow(self, number: int, event: GestureEvent, kept: float) -> None:
        """The word's gesture has ended."""
        self._change(number, event=event, kept=kept)

    def mark(self, number: int, mark: str) -> None:
        """Judge a word of this session; raises InputError where there is none of that number."""
        if mark not in MARKS:
            raise InputError(f"wanted a mark of {', '.join(MARKS[1:])} or none, got {mark!r}")
        self._change(number, mark=mark)

    def close(self) -> None:
        """Write what is not written yet."""
        if self._writer is not None and not self._closed:
            self._closed = True
            self._wake.set()
            self._writer.join(10)
            self._write()
        if self._place is not None:
            self._place.lock.close()

    def _add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)
        self._changed()

    def _change(self, number: int, **values: object) -> None:
        with self._lock:
            for i, entry in enumerate(self._entries):
                if entry.word is not None and entry.word.number == number:
                    self._entries[i] = replace(entry, **values)  # type: ignore[arg-type]
                    break
            else:
                raise InputError(f"there is no word {number} in this session")
        self._changed()

    def _changed(self) -> None:
        self.version += 1
        self._wake.set()

    def _keep_writing(self) -> None:
        """Write after each change; what failed is tried again after a while."""
        while not self._closed:
            self._wake.wait(RETRY if self.problem else None)
            self._wake.clear()
            self._write()

    def _write(self) -> None:
        assert self.path is not None
        try:
            place = self._place = self._place or Place.beside(self.path)
            self.path, self.notice = place.path, place.notice
            with atomic(place.path) as unfinished:
                unfinished.write_text(self._text(place.text), encoding="utf-8", newline="")
        except OutputError as error:
            self.problem = f"{error}; the words are kept here until then"
        else:
            self.problem = ""

    def _text(self, before: str) -> str:
        """The whole file: what was there, and this session's rows in the same manner."""
        file, delimiter = io.StringIO(newline=""), delimiter_of(before)
        columns = next(csv.reader(io.StringIO(before), delimiter=delimiter), COLUMNS)
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n", delimiter=delimiter)
        if not before:
            writer.writeheader()
        writer.writerows(entry.row(self._session) for entry in self.entries)
        return before + file.getvalue()
