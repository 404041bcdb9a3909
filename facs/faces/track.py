"""Following people: the detector looks when a track starts or is lost, landmarks do the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.canonical import align, warp
from facs.faces.absence import SURE, Absence
from facs.faces.boxes import box_of, overlap, width_of
from facs.faces.detect import Boxes, Detector, detector
from facs.faces.face import Face
from facs.faces.landmarks import Landmarker, Located
from facs.faces.overlooked import Overlooked
from facs.faces.pose import head_pose
from facs.faces.quality import JUDGED_SIZE, QualityLimits, judge
from facs.holes import FORGOTTEN, longest_step
from facs.pixels import shrunk

__all__ = ["FaceTracker", "TrackOptions"]

Points = NDArray[np.float32]


@dataclass(frozen=True)
class TrackOptions:
    """How people are followed.

    Parameters
    ----------
    max_people : int
        No more than this many are followed at once: those that are found first, and the
        largest of those that are found in one frame.
    start_score, keep_score : float, in [0, 1]
        The landmark network's score from which a track begins, and under which it is lost.
    look_every : float, seconds
        How often the detector looks for more people while some are followed.
    search_every : float, seconds
        How often it then looks for small faces too, which costs four times as much.
    turn_every : float, seconds
        How often faces that lie or fill the picture are looked for while nobody is followed, which
        costs several times as much again.
    remember : float, seconds
        Who returns within this time keeps her number.
    limits : QualityLimits
    """

    max_people: int = 5
    start_score: float = SURE
    keep_score: float = 0.4
    look_every: float = 0.5
    search_every: float = 2.0
    turn_every: float = 1.0
    remember: float = FORGOTTEN
    limits: QualityLimits = field(default_factory=QualityLimits)


@dataclass
class _Track:
    number: int
    landmarks: Points
    seen: float
    score: float
    covered: float = 0.0
    born: float = 0.0

    def move_to(self, located: Located, time: float) -> None:
        """Take what was located at a time for where this face is now."""
        self.landmarks, self.seen = located.landmarks, time
        self.score, self.covered = located.score, located.covered


OVERLAP: Final = 0.45
"""Two tracks whose boxes share more than this of their union look at the same face."""

LOST_LOOK: Final = 0.1
"""Seconds between looks while somebody has just been lost, so that her return is seen in time."""

GLANCE_SIDE: Final = 320
"""Longer side of the picture in which large faces are looked for, in pixels."""

SMALL: Final = 0.15
"""Width of a face, of the picture's longer side, that a glance may overlook."""

SAME: Final = 0.3
"""A detector's box that shares more than this with a followed face is that face."""

REACH: Final = 3.0
"""How many face widths away a person may reappear at once and still be taken for the same."""

WALK: Final = 8.0
"""Face widths that people may move in a second unseen: somebody who walks behind another."""

FARTHEST: Final = 6.0
"""Face widths beyond which nobody is taken for the same, however long she was unseen."""


class FaceTracker:
    """Turns frames into numbered faces.

    Parameters
    ----------
    options : TrackOptions
    detect : str or Detector
        ``"haar"``, ``"dlib"`` or any callable from a grey picture to boxes (n, 4), which is
        trusted: what it overlooks is not looked for.
    landmarker : Landmarker, optional
    """

    def __init__(
        self,
        options: TrackOptions | None = None,
        detect: str | Detector = "haar",
        landmarker: Landmarker | None = None,
    ) -> None:
        self.options = options or TrackOptions()
        self._detect = detector(detect) if isinstance(detect, str) else detect
        self._locate = landmarker or Landmarker()
        self._tracks: list[_Track] = []
        self._lost: list[_Track] = []
        self._next = 0
        self._trusted = not isinstance(detect, str)
        self._looked = self._searched = self._turned = -np.inf
        self._absence = Absence()
        self._time: float | None = None
        self._step = np.inf

    def update(self, gray: NDArray[np.uint8], time: float) -> list[Face]:
        """Find and follow the faces of one frame.

        Parameters
        ----------
        gray : array, shape (H, W), uint8
        time : float, seconds
            Media time; it must not go back.

        Returns
        -------
        list of Face
            By number; also those that cannot be scored, with their reason.
        """
        self._forget_over_holes(time)
        self._follow(gray, time)
        self._part_doubles()
        if self._wants_look(time):
            self._looked = time
            self._look(gray, time)
        self._lost = [t for t in self._lost if time - t.seen <= self.options.remember]
        if not self._next:
            self._absence.see(gray)
        return [self._face(gray, t) for t in sorted(self._tracks, key=lambda t: t.number)]

    @cached_property
    def _overlooked(self) -> Overlooked:
        return Overlooked(self._locate)  # when first needed: it takes a moment

    def why_nobody(self) -> tuple[str, ...]:
        """What may be wrong with the film if nobody was found in it, one sentence each."""
        return () if self._next else self._absence.reasons()

    def _forget_over_holes(self, time: float) -> None:
        """Who is in a face's place after a hole in time may be somebody else."""
        step = 0.0 if self._time is None else time - self._time
        if step > longest_step(self._step, self.options.remember):
            self._tracks, self._lost = [], []
        elif self._time is not None:
            self._step = step
        self._time = time

    def _follow(self, gray: NDArray[np.uint8], time: float) -> None:
        found = self._locate.follow(gray, [t.landmarks for t in self._tracks])
        kept = []
        for track, located in zip(self._tracks, found, strict=True):
            if located.score >= self.options.keep_score and _plausible(track.landmarks, located):
                track.move_to(located, time)
                kept.append(track)
            else:
                self._lose(track)
        self._tracks = kept

    def _lose(self, track: _Track) -> None:
        self._lost.append(track)
        self._looked = -np.inf  # look again at once

    def _part_doubles(self) -> None:
        """Where two tracks look at one face, the older one keeps it."""
        kept: list[_Track] = []
        for track in sorted(self._tracks, key=lambda t: t.born):
            if all(overlap(box_of(track.landmarks), box_of(t.landmarks)) < OVERLAP for t in kept):
                kept.append(track)
            else:
                self._lose(track)
        self._tracks = kept

    def _wants_look(self, time: float) -> bool:
        if len(self._tracks) >= self.options.max_people:
            return False
        if not self._tracks:
            return True
        pause = LOST_LOOK if self._lost else self.options.look_every
        return time - self._looked >= min(pause, self.options.look_every)

    def _boxes(self, gray: NDArray[np.uint8], time: float) -> Boxes:
        """What the detector finds: in the whole picture, or at a glance."""
        if self._wants_search(gray, time):
            self._searched = time
            return self._detect(gray)
        small, factor = shrunk(gray, GLANCE_SIDE)
        return np.asarray(self._detect(small) * np.float32(factor), np.float32)

    def _wants_search(self, gray: NDArray[np.uint8], time: float) -> bool:
        if not self._tracks or time - self._searched >= self.options.search_every:
            return True
        return any(width_of(t.landmarks) < SMALL * max(gray.shape) for t in self._lost)

    def _look(self, gray: NDArray[np.uint8], time: float) -> None:
        """Start, or take up again, a track for each new face."""
        boxes = [box for box in self._boxes(gray, time) if not self._followed(box)]
        new = self._new([], (self._locate.from_box(gray, box) for box in boxes))
        if self._lost and not self._trusted:
            new = self._new(new, self._overlooked.again(gray, [t.landmarks for t in self._lost]))
        due = time - self._turned >= self.options.turn_every
        if due and not (self._tracks or new or self._trusted):
            self._turned = time
            new = self._new(new, self._overlooked(gray))
        for located, track in self._recognised(new, time):
            self._take_up(located, track, time)

    def _new(self, before: list[Located], found: Iterable[Located]) -> list[Located]:
        """Faces found before, and of the others those that start a track while there is room."""
        new, rest = list(before), iter(found)
        room = self.options.max_people - len(self._tracks)
        while len(new) < room and (located := next(rest, None)) is not None:
            if located.score >= self.options.start_score and not self._known(located, new):
                new.append(located)
        return new

    def _followed(self, box: NDArray[np.floating]) -> bool:
        return any(overlap(box, box_of(t.landmarks)) > SAME for t in self._tracks)

    def _known(self, located: Located, new: list[Located]) -> bool:
        """Whether a face is followed already, or was just found under another box."""
        box = np.asarray(box_of(located.landmarks))
        return self._followed(box) or any(overlap(box, box_of(n.landmarks)) > SAME for n in new)

    def _recognised(self, new: list[Located], time: float) -> list[tuple[Located, _Track | None]]:
        """Pair new faces with people lost a moment ago, nearest pairs first; None is a stranger."""
        pairs = sorted(
            (distance, i, j)
            for i, located in enumerate(new)
            for j, track in enumerate(self._lost)
            if (distance := _distance(track.landmarks, located))
            < min(REACH + WALK * (time - track.seen), FARTHEST)
        )
        partner: dict[int, _Track] = {}
        taken: set[int] = set()
        for _, i, j in pairs:
            if i not in partner and j not in taken:
                partner[i] = self._lost[j]
                taken.add(j)
        return [(located, partner.get(i)) for i, located in enumerate(new)]

    def _take_up(self, located: Located, track: _Track | None, time: float) -> None:
        """Give a face the number of the person it was recognised as, or a new one."""
        if track is None:
            track = _Track(self._next, located.landmarks, time, located.score, born=time)
            self._next += 1
        else:
            self._lost.remove(track)
        track.move_to(located, time)
        self._tracks.append(track)

    def _face(self, gray: NDArray[np.uint8], track: _Track) -> Face:
        pose = head_pose(track.landmarks)
        crop = warp(gray, align(track.landmarks, JUDGED_SIZE), JUDGED_SIZE)
        limits = self.options.limits
        quality, reason = judge(crop, track.landmarks, pose, track.covered, limits)
        return Face(
            track.number,
            box_of(track.landmarks),
            track.landmarks,
            pose,
            track.score,
            quality,
            reason,
        )


def _distance(landmarks: Points, located: Located) -> float:
    """How far a face is from where a person was, in her face's widths; size counts too."""
    before, after = landmarks.mean(0), located.landmarks.mean(0)
    width = max(width_of(landmarks), 1.0)
    size = float(np.log(max(width_of(located.landmarks), 1.0) / width))
    return float(np.hypot(*(after - before))) / width + 2 * abs(size)


def _plausible(before: Points, located: Located) -> bool:
    """A face neither doubles its size nor jumps by its own width between two frames."""
    return _distance(before, located) < 1.2
