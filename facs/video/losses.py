"""An account of what a damaged file lost."""

from __future__ import annotations

__all__ = ["Losses"]


class Losses:
    """Count frames and failures while decoding, and put them into one sentence.

    Examples
    --------
    >>> losses = Losses()
    >>> losses.frame(0.0); losses.frame(0.04); losses.packet(); losses.frame(0.12)
    >>> losses.sentence
    'damaged after 0.040 s (2 frames): 1 packet could not be decoded; 3 frames read'
    """

    def __init__(self) -> None:
        self.frames = 0  # that were decoded
        self._packets = 0
        self._patched = 0
        self._broken = 0
        self._last = 0.0
        self._where = ""
        self._missing_end = ""

    def frame(self, time: float | None, patched: bool = False) -> None:
        """Count a decoded frame; it is `patched` where the decoder had to invent parts."""
        if patched:
            self._patched += 1
            self._begin()
        self.frames += 1
        self._last = self._last if time is None else time

    def packet(self) -> None:
        """Count a piece of the file that could not be decoded."""
        self._packets += 1
        self._begin()

    def broken(self, count: int) -> None:
        """Count pieces of the file that arrived damaged, and were decoded all the same."""
        self._broken += count
        if count:
            self._begin()

    def end(self, cut: str) -> None:
        """Say that the file ended, and how it is cut short if it is."""
        if cut:
            self._begin()
            self._missing_end = cut

    def _begin(self) -> None:
        self._where = self._where or f"damaged after {self._last:.3f} s ({self.frames} frames)"

    @property
    def sentence(self) -> str | None:
        """What was lost, where it began, and how many frames were read all the same."""
        if not self._where:
            return None
        kinds = [
            self._packets and f"{_count(self._packets, 'packet')} could not be decoded",
            self._broken and f"{_count(self._broken, 'packet')} arrived damaged",
            self._patched and f"{_count(self._patched, 'frame')} partly guessed by the decoder",
            self._missing_end,
        ]
        what = ", ".join(kind for kind in kinds if kind)
        return f"{self._where}: {what}; {_count(self.frames, 'frame')} read"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
