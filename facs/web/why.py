"""The picture that says where in a face a unit was seen, written when somebody asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from facs.errors import InputError

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["write_why"]

METHOD: Final = "differences"
"""Needs no torch, takes models in eight bits, and shows closed eyes, which occlusion does not."""


def write_why(
    recording: Recording, video: Path, question: dict[str, Any], model: str | None, folder: Path
) -> Path:
    """Write the answer to a question as a PNG into `folder`; where it is.

    Raises
    ------
    InputError
        If there is no such row, no such person or no such unit, no numbers there, or the model of
        this server is another than that of the recording.
    """
    from facs.explaining.drawing import write_explanation
    from facs.explaining.explain import explain
    from facs.files import sha256_of
    from facs.network.weights import files_of

    row = question["row"]
    if row >= len(recording):
        raise InputError(f"wanted a row below {len(recording)}, got {row}")
    if recording.model is None or recording.model.sha256 != sha256_of(files_of(model).spatial):
        raise InputError("this result was measured by another model than this server has now")
    found = explain(
        recording,
        question["unit"],
        person=question["person"],
        time=float(recording.times[row]),
        video=video,
        model=model,
        method=METHOD,
        check=False,
    )
    path = folder / f"{found.unit}.png"
    write_explanation(found, path)
    return path
