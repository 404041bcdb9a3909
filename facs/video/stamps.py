"""Which time of the container belongs to which decoded frame."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.stream import VideoStream

__all__ = ["Stamps"]

_CHUNK_HEADER: Final = 8
"""Bytes from a chunk of an AVI file, where its index points, to the packet in it."""


class Stamps:
    """Find the time stamp of a frame, in ticks of the stream's time base.

    Nearly every container says when each frame is shown, and the decoder passes it
    on. AVI says only in which slot each packet is stored; what FFmpeg makes of it is
    out of order wherever frames refer to later ones. Frames come out in the order of
    showing, so each takes the earliest slot that is not taken yet. The slot is that
    of the file's index, because behind a damaged part FFmpeg counts on as if nothing
    were missing.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._by_slot = stream.container.format.name == "avi"
        entries = getattr(stream, "index_entries", ()) if self._by_slot else ()
        self._index = {entry.pos + _CHUNK_HEADER: entry.timestamp for entry in entries}
        self._waiting: list[int] = []

    def sent(self, packet: Any) -> None:
        """Remember the slot of a packet that is on its way to the decoder."""
        if (slot := self._slot(packet)) is not None:
            heapq.heappush(self._waiting, slot)

    def lost(self, packet: Any) -> None:
        """Forget the slot of a packet that the decoder refused."""
        if (slot := self._slot(packet)) in self._waiting:
            self._waiting.remove(slot)
            heapq.heapify(self._waiting)

    def _slot(self, packet: Any) -> int | None:
        if not self._by_slot or packet is None:
            return None
        slot: int | None = self._index.get(packet.pos, packet.dts)
        return slot

    def of(self, frame: VideoFrame) -> int | None:
        """Return the stamp of the next frame in the order of showing; None if it has none."""
        if self._waiting:
            return heapq.heappop(self._waiting)
        return frame.dts if frame.pts is None else frame.pts
