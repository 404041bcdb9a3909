"""Packets that arrived damaged, told from the ends of recordings that were joined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from av.packet import Packet

__all__ = ["Suspects"]

JOINT: Final = 3
"""Packets within which another recording begins after one that is called damaged for its sake."""


class Suspects:
    """FFmpeg calls a packet damaged where a transport stream lacks a piece of 188 bytes.

    It takes the end of a recording for such a place where another one is joined to it: the
    times begin again soon after, and nothing is lost.
    """

    def __init__(self) -> None:
        self._waiting: list[int] = []  # packets since each of the suspects
        self._last: int | None = None

    def see(self, packet: Packet[Any]) -> int:
        """Take the next packet; how many earlier ones were damaged indeed."""
        if self._begins_again(packet.dts):
            self._waiting.clear()
        self._waiting = [count + 1 for count in self._waiting]
        damaged = sum(count > JOINT for count in self._waiting)
        self._waiting = [count for count in self._waiting if count <= JOINT]
        if packet.is_corrupt:
            self._waiting.append(0)
        return damaged

    def _begins_again(self, time: int | None) -> bool:
        before, self._last = self._last, self._last if time is None else time
        return before is not None and time is not None and time < before

    def end(self) -> int:
        """How many were left when the file ended, and are damaged indeed."""
        return len(self._waiting)
