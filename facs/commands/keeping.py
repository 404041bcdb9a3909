"""Keeping a profile: what others wrote into it meanwhile stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from facs.errors import InputError
from facs.locks import locked

if TYPE_CHECKING:
    from facs.meaning.findings import Enrolment
    from facs.meaning.profile import Profile

__all__ = ["Kept", "changing", "merged"]

PATIENCE: Final = 20.0
"""Seconds that another one's writing is waited for; it takes far less."""


@dataclass(frozen=True)
class Kept:
    """A profile as it is in its file, or a new one where there is none.

    Parameters
    ----------
    profile : Profile
    text, rest : bytes
        Of the file, and of the baseline beside it.
    """

    profile: Profile
    text: bytes = b""
    rest: bytes = b""

    @classmethod
    def read(cls, path: Path) -> Kept:
        """Read it; raises ProfileError where it is none."""
        from facs.meaning.profile import Profile
        from facs.meaning.profile_file import read_document

        if not path.exists():
            return cls(Profile())
        profile = Profile.load(path)
        beside = path.parent / str(read_document(path).get("baseline", ""))
        return cls(profile, path.read_bytes(), beside.read_bytes() if beside.is_file() else b"")


@contextmanager
def changing(path: Path) -> Iterator[Kept]:
    """Hold the profile as it is now, so that nobody else writes it until this is done.

    Raises
    ------
    OutputError
        If another process holds it for long, or its folder cannot be written to.
    """
    busy = f"another facs is writing {path}: run this again when it is done"
    with locked(path.with_name(f".{path.name}.lock"), busy, wait=PATIENCE, must=False):
        yield Kept.read(path)


def merged(
    done: Enrolment, before: Kept, now: Kept, words: dict[str, str], looked: Profile
) -> Profile:
    """The profile of now with what was enrolled: gestures of the same name are replaced.

    Parameters
    ----------
    done : Enrolment
    before, now : Kept
        What it was enrolled beside, and what is there by now.
    words : dict from the name of a gesture to a word
        Of this call: they go before those of the file, and these before older ones.
    looked : Profile
        With the model that scored, and where she was looked for.

    Raises
    ------
    InputError
        If what was measured is not true of the profile of now, or contradicts it.
    """
    hers = now.profile
    measured = done.profile.baseline is not before.profile.baseline
    if not measured and now.rest != before.rest:
        raise InputError(
            "wanted the rest that these gestures were measured against, but it was measured anew "
            "meanwhile: run this again"
        )
    new = {sign.gesture.name: sign for sign in done.profile.signs}
    old = {sign.gesture.name: sign for sign in hers.signs}
    for name, sign in new.items():
        there = old.get(name, sign)
        word = words.get(name, there.word or sign.word)
        old[name] = replace(sign, word=word, sound=sign.sound or there.sound)
    return replace(
        hers,
        signs=tuple(old.values()),
        baseline=done.profile.baseline if measured else hers.baseline,
        ignored=done.profile.ignored or hers.ignored,
        who=hers.who if looked.who == before.profile.who else looked.who,
        model=hers.model if looked.model == before.profile.model else looked.model,
    )
