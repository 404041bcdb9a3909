"""The program that runs in a process of its own: ``python -m facs.web.worker ORDER``.

The order is JSON on the command line, what happens is JSON on standard output, a line
for each message. The server never decodes, loads or draws anything itself.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from facs.errors import FacsError, InputError
from facs.web.store import RECORDING, UPLOAD

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["main"]

TICK: Final = 0.1
"""Seconds between two messages about progress."""

FASTEST: Final = 125.0
"""Frames per second on average, above which a file only pretends to be short."""

LENIENCE: Final = 1.01
"""A video may be this much longer than the limit: what containers say is not exact."""


def main(order: dict[str, Any]) -> None:
    """Do what `order` says, and tell how it went."""
    _limit_memory(order["memory"])
    try:
        tell({"done": _ACTIONS[order["do"]](order)})
    except FacsError as error:
        tell({"error": _for_others(str(error), order)})
    except MemoryError:
        tell({"error": "the video needs more memory than one analysis may take"})


def _for_others(words: str, order: dict[str, Any]) -> str:
    """Leave out where files lie here, and what they are called: it says nothing to others."""
    for place in (order.get("out"), order["folder"]):
        if place is not None:
            words = words.replace(f"{place}{os.sep}", "").replace(place, "the folder")
    return " ".join(words.split()).removeprefix(f"{UPLOAD}: ")


def tell(message: dict[str, Any]) -> None:
    """Write one message; if nobody reads any more, the server is gone and the process ends."""
    try:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(1)


def _limit_memory(limit: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    allowed = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no picture of anybody in a core dump


def steps(step: str, check: Callable[[int], None] = lambda frames: None) -> Any:
    """Make a callable for progress that tells about a step, and not too often."""
    last = 0.0

    def progress(frames: int, expected: int | None) -> None:
        nonlocal last
        check(frames)
        now = time.monotonic()
        if now - last >= TICK or frames == expected:
            last = now
            tell({"step": step, "frames": frames, "expected": expected})

    return progress


# Analyse


def analyse(order: dict[str, Any]) -> dict[str, Any]:
    """Analyse an upload, and leave in its folder all that the page needs."""
    from dataclasses import replace

    from facs.pipeline import analyze
    from facs.web.playback import write_playback
    from facs.web.view import write_view

    folder = Path(order["folder"])
    limit = Limit(order["max_seconds"], order["max_pixels"])
    limit.check_beginning(folder / UPLOAD)
    recording = analyze(
        folder / UPLOAD,
        model=order["model"],
        stop=limit.seconds * LENIENCE,
        progress=steps("analysis", limit.check_frames),
    )
    notes = (*recording.notes, *limit.notes(recording.duration))
    recording = replace(recording, source=order["name"], notes=notes)
    recording.save(folder / RECORDING)
    shown = write_playback(recording, folder / UPLOAD, folder, steps("playback"))
    write_view(recording, folder, shown)
    return {"people": len(recording.people)}


class Limit:
    """How long a video may be, and how large its pictures."""

    def __init__(self, seconds: float, pixels: int) -> None:
        self.seconds, self.pixels = seconds, pixels

    def check_beginning(self, path: Path) -> None:
        """Refuse at once what says of itself that it is too long or too large."""
        from facs.video import open_video

        with open_video(path) as video:
            if video.size is not None and video.size[0] * video.size[1] > self.pixels:
                width, height = video.size
                raise InputError(
                    f"wanted at most {self.pixels / 1e6:.0f} megapixels, got {width} x {height}: "
                    "make it smaller"
                )
            expected, rate = video.frames_expected, video.rate
            if expected is not None and rate:
                self._check_length(float(expected / rate))

    def _check_length(self, seconds: float) -> None:
        if seconds > self.seconds * LENIENCE:
            raise self._too_long(seconds)

    def notes(self, seconds: float) -> tuple[str, ...]:
        """Say that the end is missing, of a file that did not tell how long it is."""
        if seconds <= self.seconds:
            return ()
        return (f"the video is longer: only its first {seconds:.0f} s were analysed",)

    def check_frames(self, frames: int) -> None:
        """Refuse what has far more pictures than its length can hold."""
        if frames > FASTEST * self.seconds:
            raise self._too_long(frames / FASTEST)

    def _too_long(self, seconds: float) -> InputError:
        return InputError(
            f"wanted a video of at most {self.seconds / 60:.3g} minutes, got {seconds / 60:.1f}: "
            "cut it, or start the server with --max-minutes"
        )


# Write a file


def write(order: dict[str, Any]) -> dict[str, Any]:
    """Write one of the formats that people download."""
    from facs.recording import Recording
    from facs.web.downloads import write_file

    folder = Path(order["folder"])
    recording = _with_thresholds(Recording.load(folder / RECORDING), order["thresholds"])
    path = write_file(
        recording, folder / UPLOAD, order["format"], Path(order["out"]), order["stem"]
    )
    return {"path": str(path)}


def _with_thresholds(recording: Recording, thresholds: dict[str, float]) -> Recording:
    """Put other thresholds in place of the model's; `off` is lowered where it has to be."""
    from dataclasses import replace

    if not thresholds or recording.model is None:
        return recording
    on, off = recording.model.on.copy(), recording.model.off.copy()
    names = [str(unit) for unit in recording.model.units]
    for name, value in thresholds.items():
        if name not in names:
            raise InputError(f"wanted a unit of {' '.join(names)}, got {name!r}")
        column = names.index(name)
        on[column], off[column] = value, min(float(off[column]), value)
    people = tuple(replace(person, on=on, off=off) for person in recording.people)
    return replace(recording, people=people, model=replace(recording.model, on=on, off=off))


def explain(order: dict[str, Any]) -> dict[str, Any]:
    """Write the picture that says where a unit was seen."""
    from facs.recording import Recording
    from facs.web.why import write_why

    folder = Path(order["folder"])
    recording = Recording.load(folder / RECORDING)
    path = write_why(
        recording, folder / UPLOAD, order["question"], order["model"], Path(order["out"])
    )
    return {"path": str(path)}


_ACTIONS: Final = {"analyse": analyse, "write": write, "explain": explain}

if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
