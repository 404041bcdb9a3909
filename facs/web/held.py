"""Files that are held: nobody removes them while somebody writes or sends them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

__all__ = ["HeldFile", "InUse"]


@dataclass
class _Use:
    users: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class InUse:
    """Folders that somebody uses now, and for each a lock of those who write.

    Examples
    --------
    >>> in_use = InUse()
    >>> with in_use.hold(Path("a")):
    ...     Path("a") in in_use, Path("b") in in_use
    (True, False)
    >>> Path("a") in in_use
    False
    """

    def __init__(self) -> None:
        self._uses: dict[Path, _Use] = {}

    def __contains__(self, folder: Path) -> bool:
        return folder in self._uses

    @contextmanager
    def hold(self, folder: Path) -> Iterator[asyncio.Lock]:
        """Use a folder; whoever else uses it gets the same lock."""
        use = self._uses.setdefault(folder, _Use())
        use.users += 1
        try:
            yield use.lock
        finally:
            use.users -= 1
            if not use.users:
                del self._uses[folder]


class HeldFile(FileResponse):
    """A file that is held until it is sent, or until nobody takes it any more."""

    _hold: AsyncExitStack

    @classmethod
    async def of(
        cls, held: AbstractAsyncContextManager[Path], media_type: str | None = None
    ) -> HeldFile:
        """Send what `held` gives: shown as `media_type`, or to be kept under its own name."""
        async with AsyncExitStack() as stack:
            path = await stack.enter_async_context(held)
            answer = cls(path, media_type=media_type, filename=None if media_type else path.name)
            answer._hold = stack.pop_all()
        return answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, then let go of it."""
        async with self._hold:
            await super().__call__(scope, receive, send)
