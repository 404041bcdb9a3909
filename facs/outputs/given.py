"""What every writer is given."""

from __future__ import annotations

from facs.errors import InputError
from facs.person import Person
from facs.recording import Recording

__all__ = ["check_recording"]


def check_recording(given: object) -> None:
    """Refuse what is no recording, before anything is written.

    Raises
    ------
    InputError
        If it is something else; of a person, the message says what she is part of.
    """
    if not isinstance(given, Recording):
        advice = ": give the recording that she is part of" if isinstance(given, Person) else ""
        raise InputError(f"wanted a recording, got {type(given).__name__}{advice}")
