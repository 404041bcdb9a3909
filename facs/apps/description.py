"""What an app has to know of a model, in plain values that JSON can hold.

`facs.network.spec.ModelSpec` is the same for this library; here everything has its unit
beside it, and what lies inside the network is told apart from what the app has to do.
"""

from __future__ import annotations

from typing import Any, Final

from facs.apps.limits import limits, mean_face
from facs.apps.motion import motion
from facs.canonical import canonical
from facs.crops.mask import CENTRE, RADII
from facs.events import least_peak
from facs.holes import HOLE, HOLE_FRAMES
from facs.mean_face import RIGID
from facs.network.scaling import CONTRAST_FLOOR, EDGE, FLOW_GAIN, FLOW_LIMIT
from facs.network.spec import LEVELS, ModelSpec, columns_of
from facs.network.steady import REACH, SPREAD
from facs.units import LETTERS, ActionUnit, split_column

__all__ = ["APP_KEY", "describe"]

APP_KEY: Final = "facs.app"
"""Key of the description in the metadata of an exported file; ``facs.spec`` stays beside it."""

GREY: Final = (0.299, 0.587, 0.114)
"""Weights of red, green and blue (ITU-R BT.601), which OpenCV's conversion to grey uses."""

SAMPLE_STEPS: Final = 32
"""Places in a pixel at which OpenCV's warpAffine samples."""


def describe(spec: ModelSpec, *, two_sizes: bool = True, own_motion: bool = True) -> dict[str, Any]:
    """Describe a model to those who run its files without this library.

    Parameters
    ----------
    spec : ModelSpec
    two_sizes : bool
        Whether the spatial file sees a face at two sizes; those before facs-10 did not.
    own_motion : bool
        Whether the temporal file sees a face's own motion; those before facs-11 saw that of the
        head, too.

    Examples
    --------
    >>> from facs.network.weights import files_of, spec_of
    >>> facts = describe(spec_of(files_of()))
    >>> facts["columns"][0]
    {'name': 'AU1_left', 'unit': 'AU1', 'side': 'left'}
    >>> facts["crop"]["size"], len(facts["canonical"]["landmarks"])
    (112, 68)
    """
    return {
        "name": spec.name,
        "version": spec.version,
        "licence": spec.licence,
        "training": spec.training,
        "sides": "the subject's own left and right",
        "units": [_unit(spec, i) for i in range(len(spec.units))],
        "columns": [_column(name) for name in spec.columns],
        "streams": {"spatial": _spatial(spec, two_sizes), "temporal": _temporal(spec, own_motion)},
        "calibration": _calibration(spec),
        "events": _events(),
        "crop": _crop(spec),
        "flow": motion(spec),
        "canonical": _canonical(spec),
        "limits": limits(),
        "mean_face": mean_face(),
    }


def _unit(spec: ModelSpec, index: int) -> dict[str, Any]:
    unit = spec.units[index]
    return {
        "unit": str(unit),
        "number": int(unit),
        "name": unit.label,
        "region": unit.region.value,
        "columns": list(columns_of((unit,))),
        "on": spec.on[index],
        "off": spec.off[index],
        "peak": least_peak(spec.on[index]),
    }


def _column(name: str) -> dict[str, Any]:
    unit, side = split_column(name)
    return {"name": name, "unit": str(ActionUnit[unit]), "side": side or None}


def _spatial(spec: ModelSpec, two_sizes: bool) -> dict[str, Any]:
    size = spec.crop_size
    sizes = f"the mean of the face with {EDGE:.1%} more and less at each edge"
    return {
        "input": {"name": "crop", "shape": ["batch", size, size], "type": "uint8"},
        "range": "grey levels, 0 to 255",
        "output": _output(spec),
        "inside": {
            "mirror": "the mean of the face and of its mirror image, sides swapped",
            "sizes": sizes if two_sizes else "one",
            "ellipse": {
                "centre": CENTRE,
                "radii": RADII,
                "unit": "crop widths from the upper left corner, pixel centres at halves",
                "outside": "zero",
            },
            "contrast_floor": CONTRAST_FLOOR,
            "standardised": "(crop - mean) / (spread + contrast_floor), both inside the ellipse",
        },
    }


def _temporal(spec: ModelSpec, own_motion: bool) -> dict[str, Any]:
    size = spec.crop_size
    taken_out = (
        "the similarity that fits each flow best by least squares, in which a pixel counts as much "
        "as the product of 1 - ((x - centre) / radius) ** 2 along both axes, nothing below zero"
    )
    return {
        "input": {
            "name": "flow",
            "shape": ["batch", 2 * spec.slots, size, size],
            "type": "float32",
        },
        "range": "crop widths per second; for each slot rightwards, then downwards",
        "output": _output(spec),
        "inside": {
            "mirror": "as of the spatial stream; rightwards becomes leftwards",
            "ellipse": "as of the spatial stream",
            "taken_out_first": taken_out if own_motion else "nothing",
            "gain": FLOW_GAIN,
            "limit": FLOW_LIMIT,
            "scaled": "clip(gain * flow, -limit, limit) inside the ellipse",
        },
    }


def _output(spec: ModelSpec) -> dict[str, Any]:
    return {"name": "scores", "shape": ["batch", len(spec.columns)], "type": "float32"}


def _calibration(spec: ModelSpec) -> dict[str, Any]:
    return {
        "letters": LETTERS,
        "levels": LEVELS,
        "rule": "P(at least letter k) = 1 / (1 + exp(cuts[column][k] - slope[column] * score))",
        "presence": "P(at least A)",
        "intensity": "the sum of the five, 0 to 5; rounded half up it is the letter, 0 is none",
        "unit": "the stronger of its columns, for presence and for intensity",
        "spatial": {"slope": spec.spatial.slope, "cuts": spec.spatial.cuts},
        "fused": {"slope": spec.fused.slope, "cuts": spec.fused.cuts},
        "fusion": spec.fusion,
        "fusion_rule": "score = (1 - fusion) * spatial + fusion * temporal, then `steady`, `fused`",
        "steady": _steady(),
    }


def _steady() -> dict[str, Any]:
    return {
        "rule": "in a film each score of both streams becomes the mean of those of the frames "
        "around it, weighted by exp(-(t / spread_seconds) ** 2 / 2), t the seconds between both; a "
        "frame does not count if it is more than `reach_seconds` away, or if between both one had "
        "no face or no motion. A single picture, and what the spatial stream says alone, stay as "
        "they are",
        "spread_seconds": SPREAD,
        "reach_seconds": REACH,
    }


def _events() -> dict[str, Any]:
    return {
        "onset": "the first frame whose probability reaches the unit's `on`",
        "offset": "the last frame before the probability falls below `off`, before a frame without "
        "numbers, or before a hole",
        "counts": "if the probability of one of its frames reaches `peak`",
        "hole": "more than `hole_seconds`, and more than `hole_medians` times the median, from one "
        "frame to the next",
        "hole_seconds": HOLE,
        "hole_medians": HOLE_FRAMES,
    }


def _crop(spec: ModelSpec) -> dict[str, Any]:
    return {
        "size": spec.crop_size,
        "unit": "pixels",
        "colour": "grey",
        "grey_of_rgb": GREY,
        "align": "the similarity (rotation, one scale, shift; no mirroring) that brings the "
        "`rigid` landmarks of the face closest, by least squares, to those of `canonical`",
        "sampling": "bilinear; pixel centres at whole numbers; outside the picture its edge; grey "
        "levels are rounded half up",
        "sample_steps": SAMPLE_STEPS,
        "sample_places": "the inverse of `align` leads from the crop's pixel (x, y) to the place "
        "A x + (B y + c) of the picture; along each axis both terms are rounded to 1 / 1024 pixel, "
        "and their sum half up to 1 / `sample_steps`, as OpenCV's warpAffine does",
        "shrink": "k = floor(0.75 / scale), scale in crop pixels per picture pixel; for k >= 2 "
        "first shrink the picture k times by area, so that fine texture does not alias: each k x k "
        "pixels, from the upper left corner on, become their mean, the edge is repeated to fill "
        "the last, and a small pixel's centre is (k - 1) / 2 beyond that of its first large one; "
        "means are rounded half up for k = 2, to even beyond, as OpenCV's INTER_AREA does",
    }


def _canonical(spec: ModelSpec) -> dict[str, Any]:
    points = canonical(spec.crop_size).round(4)
    return {
        "landmarks": points.tolist(),
        "rigid": RIGID,
        "unit": "pixels of the crop: x to the right, y down",
        "order": "68 points: jaw 0-16 from the subject's right ear, brows 17-26, nose 27-35, "
        "eyes 36-47, lips 48-67",
    }
