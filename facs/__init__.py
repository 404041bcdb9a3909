"""Facial action units from video: which facial muscles moved, frame by frame, for every person.

>>> import facs
>>> recording = facs.analyze("interview.mp4")              # doctest: +SKIP
>>> recording.people[0][facs.ActionUnit.AU12]              # doctest: +SKIP
array([0.02, 0.03, ..., 0.97], dtype=float32)

Importing this package loads neither torch nor OpenCV and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from facs._version import __version__
from facs.errors import FacsError
from facs.events import Event
from facs.person import Person
from facs.recording import Recording
from facs.units import ActionUnit

if TYPE_CHECKING:
    from facs.adapting.adapt import adapt as adapt
    from facs.explaining.explain import explain as explain
    from facs.meaning.baseline import Baseline as Baseline
    from facs.meaning.gestures import Gesture as Gesture
    from facs.meaning.profile import Profile as Profile
    from facs.meaning.rest import find_baseline as find_baseline
    from facs.network.weights import load_model as load_model
    from facs.options import AnalyzeOptions as AnalyzeOptions
    from facs.pipeline import analyze as analyze
    from facs.video import open_video as open_video

__all__ = [
    "ActionUnit",
    "AnalyzeOptions",
    "Baseline",
    "Event",
    "FacsError",
    "Gesture",
    "Person",
    "Profile",
    "Recording",
    "__version__",
    "adapt",
    "analyze",
    "explain",
    "find_baseline",
    "load",
    "load_model",
    "open_video",
]

load = Recording.load

_LATER = {
    "AnalyzeOptions": "facs.options",
    "Baseline": "facs.meaning.baseline",
    "Gesture": "facs.meaning.gestures",
    "Profile": "facs.meaning.profile",
    "adapt": "facs.adapting.adapt",
    "analyze": "facs.pipeline",
    "explain": "facs.explaining.explain",
    "find_baseline": "facs.meaning.rest",
    "load_model": "facs.network.weights",
    "open_video": "facs.video",
}
"""Names that come when first asked for, so that importing the package stays light."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'facs' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
