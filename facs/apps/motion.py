"""The window of motion that the temporal stream takes, in words and numbers for apps."""

from __future__ import annotations

from typing import Any, Final

from facs.crops.clips import MAX_STEP
from facs.crops.flow import FARNEBACK, SLIVER
from facs.network.spec import ModelSpec

__all__ = ["motion"]

_NEARLY: Final = round(1 - 3 * SLIVER, 9)
"""Share of a slot that has to be covered; a window closes as much of a slot before its end."""

_WORDS: Final = (
    *("pyramid_scale", "levels", "window", "iterations"),
    *("polynomial_neighbourhood", "polynomial_sigma"),
)

_DETAILS: Final = (
    "sign: a pixel at (x, y) of the earlier crop is at (x + right, y + down) of the later one, and "
    "its motion stands at (x, y)",
    "levels: the crop itself and up to `levels` smaller ones; none is smaller than 32 pixels",
    "a smaller crop: both whole crops are smoothed by a Gaussian of sigma (1 / scale - 1) / 2 and "
    "of odd(5 sigma) taps, 3 at least, then sampled bilinearly, pixel centres at halves",
    "smoothing of the crop itself: 3 x 3, (1, 2, 1) / 4 along both axes",
    "polynomials: Gaussian weights of `polynomial_sigma` over 2 * `polynomial_neighbourhood` + 1 "
    "taps along both axes (`polynomial_neighbourhood` is a radius)",
    "window: a box, a mean over `window` x `window` pixels (`window` is a side)",
    "near the edge: the equations of a pixel are multiplied, along x and along y, by .14, .14, "
    ".4472, .4472, .4472 for the five pixels next to each edge, before they are squared and summed",
    "borders: smoothing of pictures mirrors without repeating the edge; all other sums repeat it; "
    "a pixel that leads out of the later crop takes that one's first order as zero, and the second "
    "order of the earlier one alone",
    "solved: 1e-3 is added to the determinant",
)


def motion(spec: ModelSpec) -> dict[str, Any]:
    """How the input of the temporal stream is made.

    Examples
    --------
    >>> from facs.network.weights import files_of, spec_of
    >>> facts = motion(spec_of(files_of()))
    >>> facts["slots"], facts["parameters"]["window"]
    (10, 13)
    """
    return {
        "slots": spec.slots,
        "slot_seconds": spec.slot_seconds,
        "window_seconds": 2 * spec.half_window,
        "order": "half of the slots before the frame, half after it, in order of time",
        "slot": "mean velocity over the slot's span; between two frames it is constant. Motion "
        "that covers `sliver` of the span or less is left out, and the mean is over the rest",
        "sliver": SLIVER,
        "full": "where every slot is covered to `least_covered` of its span or more, slivers apart",
        "least_covered": _NEARLY,
        "closes": "at the first frame that comes `early_slots` before the window's end, or later; "
        "motion after that frame does not count",
        "early_slots": round(1 - _NEARLY, 9),
        "unit": "crop widths per second",
        "method": "Farneback (2003) between neighbouring aligned crops, exactly as OpenCV's "
        "calcOpticalFlowFarneback(before, after, None, *parameters, flags=0) computes it, divided "
        "by the crop's size in pixels and by the seconds from one frame to the other",
        "parameters": dict(zip(_WORDS, FARNEBACK, strict=True)),
        "details": list(_DETAILS),
        "longest_step_seconds": MAX_STEP,
        "anew": "after a longer step, and after a frame in which the face is not there or beyond "
        "the limits, there is no motion: what lies before counts for no window",
        "without": "where the window is not full, use the spatial score and calibration alone",
    }
