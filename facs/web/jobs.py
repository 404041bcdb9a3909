"""Job: one video on its way from upload to result, and everybody who watches it."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from facs.errors import InputError

__all__ = ["Job", "State", "Status", "new_id"]

State = Literal["waiting", "running", "done", "failed", "deleted"]

OVER: Final = frozenset({"done", "failed", "deleted"})

_ID: Final = re.compile(r"[\w-]{22}")


def new_id() -> str:
    """A name that nobody guesses (128 bits): who knows it may read the result."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Status:
    """How far a job is.

    Parameters
    ----------
    id : str
        Its name in addresses.
    name : str
        What the video is called.
    state : str
        ``"waiting"``, ``"running"``, then ``"done"``, ``"failed"`` or ``"deleted"``.
    step : str
        What is running: ``"analysis"``, or ``"playback"`` (a copy for the browser).
    ahead : int
        How many jobs wait before this one.
    frames : int
        Frames that are done in this step.
    expected : int or None
        About how many there are; None where nobody can know.
    message : str
        What went wrong, and what to do.
    people : int or None
        How many people were found, once that is known.
    kept : bool
        Whether it stays until somebody deletes it.
    deleted_at : float or None
        When it will be deleted, in seconds since 1970, UTC; None while it is unknown.

    Raises
    ------
    InputError
        If the name is no name of a job.

    Examples
    --------
    >>> status = Status(new_id(), "talk.mp4")
    >>> status.state, status.over
    ('waiting', False)
    """

    id: str
    name: str
    state: State = "waiting"
    step: Literal["", "analysis", "playback"] = ""
    ahead: int = 0
    frames: int = 0
    expected: int | None = None
    message: str = ""
    people: int | None = None
    kept: bool = False
    deleted_at: float | None = None

    def __post_init__(self) -> None:
        """Refuse a name that could be more than a name."""
        if not _ID.fullmatch(self.id):
            raise InputError(f"wanted an id of 22 letters, digits, - or _, got {self.id!r}")

    @property
    def over(self) -> bool:
        """Whether nothing will change any more by itself."""
        return self.state in OVER


@dataclass(eq=False)
class Job:
    """A job's status, which changes, its folder, and the tasks that write to it.

    `watch` gives every status to whoever listens; those that come faster than somebody
    reads are left out, the last one never.
    """

    status: Status
    folder: Path
    size: int = 0
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def update(self, **changes: Any) -> None:
        """Change the status and wake everybody who watches."""
        self.status = replace(self.status, **changes)
        self._changed.set()
        self._changed = asyncio.Event()

    async def watch(self, breath: float | None = None) -> AsyncIterator[Status | None]:
        """Give the status now and after every change, until the job is over.

        Where nothing changes for `breath` seconds, None comes instead.
        """
        while True:
            status, changed = self.status, self._changed
            yield status
            if status.over:
                return
            while not await _within(changed, breath):
                yield None


async def _within(event: asyncio.Event, seconds: float | None) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except asyncio.TimeoutError:
        return False
    return True
