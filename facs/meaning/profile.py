"""Profile: the gestures of one person, and the words they stand for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from facs.errors import InputError
from facs.meaning.baseline import Baseline
from facs.meaning.contradictions import contradictions, wake_problem
from facs.meaning.detector import GestureEvent
from facs.meaning.emotions import Match, find_matches
from facs.meaning.listener import APART, Listener, Sign, Sleep
from facs.meaning.moments import EYES, moments
from facs.person import Person
from facs.recording import Recording
from facs.units import ActionUnit

__all__ = ["Choice", "Profile", "Who"]


@dataclass(frozen=True)
class Who:
    """Where the person's face usually is, in shares of the picture's width and height.

    Parameters
    ----------
    x, y : float, in [0, 1]
        The middle of her face.
    width : float, in (0, 1]
        How wide it is.
    """

    x: float
    y: float
    width: float

    def __post_init__(self) -> None:
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1 and 0 < self.width <= 1):
            raise InputError(
                f"wanted x, y and width as shares of the picture, got {self.x:g}, {self.y:g}, "
                f"{self.width:g}"
            )

    @classmethod
    def of(cls, person: Person, size: tuple[int, int]) -> Who | None:
        """Where `person` was in pictures of `size`; None where she was never seen."""
        boxes = person.boxes[np.isfinite(person.boxes).all(axis=1)]
        return cls.at(np.median(boxes, axis=0).tolist(), size) if len(boxes) else None

    @classmethod
    def at(cls, box: Sequence[float], size: tuple[int, int]) -> Who:
        """Where a box x0, y0, x1, y1 is in a picture of `size` (width, height).

        Examples
        --------
        >>> Who.at((200, 100, 300, 220), (500, 400))
        Who(x=0.5, y=0.4, width=0.2)
        """
        x0, y0, x1, y1 = box
        width, height = size
        share = np.clip([(x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width], 1e-3, 1)
        return cls(*(round(float(value), 3) for value in share))

    def distance(self, other: Who, size: tuple[int, int]) -> float:
        """How unlike two places are, in widths of her face; twice the size counts as one.

        Parameters
        ----------
        size : tuple of int
            Width and height of the pictures: a share of the height is no share of the width.

        Examples
        --------
        >>> Who(0.5, 0.4, 0.2).distance(Who(0.5, 0.65, 0.2), (500, 400))
        1.0
        """
        down = (self.y - other.y) * size[1] / size[0]
        apart = float(np.hypot(self.x - other.x, down)) / self.width
        return apart + abs(float(np.log2(other.width / self.width)))


@dataclass(frozen=True)
class Choice:
    """The person who was taken for the one of the profile, and why."""

    person: Person
    why: str


@dataclass(frozen=True)
class Profile:
    """What is known of one person's gestures.

    Parameters
    ----------
    signs : tuple of Sign
        Gestures with their words and sounds.
    name : str
        A name or a code for her.
    who : Who, optional
        Chooses her among several people.
    baseline : Baseline, optional
        Her face at rest; scores are then relative to it.
    ignored : tuple of str
        ``"left eye"`` or ``"right eye"``.
    sleep : Sleep
    apart : float, seconds
        The least time between two words.
    emotions : bool
        Whether `find_emotions` may say anything. False unless somebody decides otherwise:
        schools and workplaces of the European Union must not infer emotions.
    model : str
        What scores her, as for `facs.load_model`: a shipped name, or the path of her own
        (`facs adapt`). Empty is the default. A baseline belongs to the model that it was made with.

    Raises
    ------
    InputError
        If two gestures contradict each other, or one could never be heard.

    Examples
    --------
    >>> from facs.meaning.gestures import STOCK
    >>> profile = Profile((Sign(STOCK["long blink"], "yes"), Sign(STOCK["brow lift"], "no")))
    >>> profile
    <Profile: long blink = yes, brow lift = no>
    """

    signs: tuple[Sign, ...] = ()
    name: str = ""
    who: Who | None = None
    baseline: Baseline | None = None
    ignored: tuple[str, ...] = ()
    sleep: Sleep = field(default_factory=Sleep)
    apart: float = APART
    emotions: bool = False
    model: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "signs", tuple(self.signs))
        object.__setattr__(self, "ignored", tuple(self.ignored))
        if not 0 <= self.apart < float("inf"):
            raise InputError(f"wanted words 0 s or more apart, got {self.apart}")
        if set(self.ignored) - set(EYES) or len(self.ignored) > 1:
            raise InputError(f"wanted one of {EYES} to be ignored, got {self.ignored}")
        for i, problem in contradictions(self.signs, self.ignored, self.sleep):
            raise InputError(f"{self.signs[i].gesture.name}: {problem}")
        if problem := wake_problem(self.sleep, self.ignored):
            raise InputError(f"wake: {problem}")

    def __repr__(self) -> str:
        words = [f"{sign.gesture.name} = {sign.word or '(no word)'}" for sign in self.signs]
        who = f" of {self.name}" if self.name else ""
        return f"<Profile{who}: {', '.join(words) or 'no gestures'}>"

    def listener(self) -> Listener:
        """Make what hears these gestures frame by frame."""
        return Listener(self.signs, self.sleep, self.apart)

    def find(self, person: Person) -> list[GestureEvent]:
        """Find her gestures in a recording, as they would have been heard live.

        Parameters
        ----------
        person : Person
            As `facs.analyze` gave her; the profile's baseline is applied here.

        Returns
        -------
        list of GestureEvent
            In order of decision, each with its `word`. A gesture whose units the model does
            not measure is never found: see `unmeasured`.

        Raises
        ------
        InputError
            If the baseline has other units than her scores.
        """
        listener, found = self.listener(), []
        for moment in moments(self.relative(person), self.ignored):
            if event := listener.update(moment):
                found.append(event)
                continue
            latest = listener.latest
            # One that comes too soon after a word is none, and changes nothing of the word.
            if found and latest is not None and latest.decided == found[-1].decided:
                found[-1] = latest
        return found

    def relative(self, person: Person) -> Person:
        """Score `person` relative to the baseline, where there is one."""
        return person if self.baseline is None else self.baseline.relative(person)

    def find_emotions(self, person: Person, table: str = "emfacs") -> list[Match]:
        """Match prototypes, if the profile allows it (`emotions`); otherwise find nothing."""
        return find_matches(self.relative(person), table) if self.emotions else []

    def unmeasured(
        self, units: Iterable[ActionUnit], sided: Iterable[ActionUnit]
    ) -> dict[str, tuple[str, ...]]:
        """Gestures that a model with these units cannot find, and what it lacks for each.

        What ends a pause is among them, as ``"wake"``.
        """
        units, sided = tuple(units), tuple(sided)
        named = {sign.gesture.name: sign.gesture for sign in self.signs}
        if self.sleep.after:
            named.setdefault("wake", self.sleep.wake)
        lacks = {name: gesture.missing(units, sided) for name, gesture in named.items()}
        return {name: what for name, what in lacks.items() if what}

    def choose(self, recording: Recording) -> Choice | None:
        """Choose her among the people of a recording; None where nobody was seen.

        By the place and the size of the face where the profile has them, otherwise whoever
        was seen in the most frames. Nothing here recognises a face. Where her baseline was made
        with another model than the recording, the choice says so.
        """
        if recording.size is None:
            return None
        seen = [(p, place) for p in recording.people if (place := Who.of(p, recording.size))]
        if not seen:
            return None
        if len(seen) == 1:
            return self._choice(seen[0][0], "the only one who was seen", recording)
        if self.who is None:
            most = max(seen, key=lambda pair: int(np.isfinite(pair[0].score).sum()))[0]
            return self._choice(most, f"seen in the most frames of {len(seen)} people", recording)
        who = self.who
        size = recording.size
        nearest = min(seen, key=lambda pair: who.distance(pair[1], size))[0]
        why = f"nearest to the enrolled place and size of {len(seen)} people"
        return self._choice(nearest, why, recording)

    def _choice(self, person: Person, why: str, recording: Recording) -> Choice:
        known = "" if self.baseline is None else self.baseline.model
        used = "" if recording.model is None else recording.model.label
        if known and used and known != used:
            why += f"; her baseline was made with {known}, and this recording with {used}"
        return Choice(person, why)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Profile:
        """Read a profile; see `facs.meaning.profile_file`.

        Raises
        ------
        ProfileError
            With the line that is wrong and how to mend it.
        """
        from facs.meaning.profile_file import read_profile

        return read_profile(path)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it, with the baseline beside it; comments of a file that is there stay.

        Raises
        ------
        OutputError
            If it cannot be written.
        ProfileError
            If what is there is no profile.
        """
        from facs.meaning.profile_writing import write_profile

        write_profile(self, path)
