"""Profile: the gestures of one person, and the words they stand for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from facs.errors import InputError
from facs.meaning.baseline import Baseline
from facs.meaning.contradictions import contradictions, wake_problem
from facs.meaning.detector import GestureEvent
from facs.meaning.emotions import Match, find_matches
from facs.meaning.listener import APART, Listener, Sign, Sleep
from facs.meaning.moments import EYES, moments
from facs.meaning.who import Choice, Who, choose
from facs.person import Person
from facs.recording import Recording
from facs.units import ActionUnit

__all__ = ["Choice", "Profile", "Who"]


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
        was seen in the most frames; see `facs.meaning.who.choose`. Where her baseline was made
        with another model than the recording, the choice says so.
        """
        choice = choose(self.who, recording)
        known = "" if self.baseline is None else self.baseline.model
        used = "" if recording.model is None else recording.model.label
        if choice is None or not (known and used) or known == used:
            return choice
        other = f"her baseline was made with {known}, and this recording with {used}"
        return Choice(choice.person, f"{choice.why}; {other}")

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
