"""The worker, seen from the server: a process for each piece of work, watched and limited.

A video that makes a decoder crash, or take all memory, ends its own process and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final

from facs.errors import FacsError

__all__ = ["WorkFailed", "work"]

SILENCE: Final = 300.0
"""Seconds without a word after which a worker is taken for stuck."""

_DIED: Final = (
    "the analysis ended without a result: the video needs more memory than one analysis may "
    "take, or is damaged in a way that nobody foresaw; a smaller or re-encoded copy may work"
)


class WorkFailed(FacsError):
    """A worker could not do what it was asked; the message is for whoever asked."""


async def work(order: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Run a worker, and give what it tells on the way; the last is its result.

    Parameters
    ----------
    order : dict
        What `facs.web.worker` is to do, in plain values.

    Raises
    ------
    WorkFailed
        If it cannot be done, the worker dies, or it is silent for too long.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "facs.web.worker", json.dumps(order)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        # One thread for each video is faster than threads within one. And what lies in the
        # folder that the server was started from is not to be imported by mistake.
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": "1"},
        start_new_session=True,  # Ctrl-C is for the server, which then ends its workers
    )
    try:
        assert process.stdout is not None
        async for message in _messages(process.stdout):
            yield message
            if "done" in message:
                return
        raise WorkFailed(_DIED)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _messages(stdout: asyncio.StreamReader) -> AsyncIterator[dict[str, Any]]:
    while True:
        try:
            line = await asyncio.wait_for(stdout.readline(), SILENCE)
        except asyncio.TimeoutError:
            raise WorkFailed(
                f"the analysis said nothing for {SILENCE:.0f} s and was ended"
            ) from None
        except ValueError:  # a line without end
            raise WorkFailed(_DIED) from None
        if not line:
            return
        message: dict[str, Any] = json.loads(line)
        if "error" in message:
            raise WorkFailed(message["error"])
        yield message
