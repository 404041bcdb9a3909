"""Who of those in view is the enrolled child: by place and size, and said aloud.

A wrong word spoken in a child's name is worse than none. So a face that is far from where she
was enrolled is not heard, not even where it is the only one: it may be a nurse who bends over
her. `Chooser.here` says that she is where that face is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from facs.faces.face import Face
from facs.meaning.who import FAR, Who

__all__ = ["Chooser", "Chosen"]

NEARER: Final = 0.5
"""By how much another face must be nearer before it takes over."""


@dataclass(frozen=True)
class Chosen:
    """Whose gestures count in one frame.

    Parameters
    ----------
    face : Face or None
    people : int
        How many faces are in view.
    why : str
        Why this face, or why none.
    new : bool
        Whether it is another face than before: what was going on is then forgotten.
    """

    face: Face | None
    people: int
    why: str
    new: bool = False


class Chooser:
    """Chooses her face, frame by frame.

    Parameters
    ----------
    who : Who, optional
        Where she was enrolled; without it, she is where the first, largest face is.
    """

    def __init__(self, who: Who | None = None) -> None:
        self.who = who
        self._enrolled = who is not None
        self._track: int | None = None
        self._here = False

    def here(self) -> None:
        """Take the face that is largest now for hers, wherever it is."""
        self._here = True

    def choose(self, faces: Sequence[Face], size: tuple[int, int]) -> Chosen:
        """Choose among the faces of one frame of `size` (width, height)."""
        if not faces:
            return Chosen(None, 0, "nobody is in view")
        places = [(face, Who.at(face.box, size)) for face in faces]
        if self.who is None or self._here:
            self._settle(max(places, key=lambda pair: pair[1].width))
        assert self.who is not None
        apart = {face.track: self.who.distance(place, size) for face, place in places}
        nearest = min(faces, key=lambda face: apart[face.track])
        if apart[nearest.track] > FAR:
            return Chosen(None, len(faces), "somebody is in view, but not where she was enrolled")
        if self._track in apart and apart[self._track] <= apart[nearest.track] + NEARER:
            nearest = next(face for face in faces if face.track == self._track)
        new, self._track = nearest.track != self._track, nearest.track
        return Chosen(nearest, len(faces), self._why(len(faces)), new)

    def _settle(self, largest: tuple[Face, Who]) -> None:
        self._track, self.who = None, largest[1]
        self._enrolled, self._here = self._enrolled and not self._here, False

    def _why(self, people: int) -> str:
        if people == 1:
            return "the only one in view"
        where = "the enrolled place" if self._enrolled else "where she was first seen"
        return f"of {people} people in view, the nearest to {where} and its size"
