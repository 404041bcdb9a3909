"""Beyond which this library gives no numbers, as rules that an app can carry out by itself."""

from __future__ import annotations

from typing import Any, Final

from facs.faces.pose import POSE_POINTS
from facs.faces.quality import JUDGED_SIZE, QualityLimits, inner, mouth_and_eyes
from facs.mean_face import MEAN_FACE

__all__ = ["limits", "mean_face"]

_LEAST: Final = "no numbers at this or less"
_MOST: Final = "no numbers at this much or more"

_RULES: Final = {
    "width_pixels": "(largest - smallest x of the jaw, landmarks 0 to 16, + largest - smallest y "
    f"of all landmarks) / 2, in pixels of the picture; {_LEAST}",
    "yaw_degrees": f"see `mean_face`; {_MOST}, to either side",
    "pitch_degrees": f"see `mean_face`; {_MOST}, up or down",
    "mean_grey": f"mean; {_LEAST}",
    "spread_grey": f"standard deviation (of all of these pixels); {_LEAST}",
    "sharpness": "smoothed by a Gaussian of 1 pixel (9 taps), then the mean of abs(left + right + "
    "above + below - 4 * middle), divided by the standard deviation before smoothing; both "
    f"steps mirror what lies at the border without repeating it; {_LEAST}",
    "covered_share": "of the face, behind hands, hair or things. This library estimates it with "
    f"its landmark network, which is not exported: bring your own, or go without; {_MOST}",
    "mouth_detail": "counts only where `covered_share` is more than `if_covered_share`, so that "
    "what is missing is behind a mask: the mean, over the rows and columns `mouth`, of abs(left + "
    "...) as for `sharpness` but smoothed and summed over the whole smaller crop, divided by that "
    "over `eyes`, or by 0.1 where that is less; no numbers below this",
}


def limits() -> dict[str, Any]:
    """Least and most that is scored, and how each is measured; the network itself knows none.

    Examples
    --------
    >>> facts = limits()
    >>> facts["mean_grey"], facts["rules"]["mean_grey"]
    (14.0, 'mean; no numbers at this or less')
    """
    known = QualityLimits()
    rows, _ = inner(JUDGED_SIZE)
    mouth, eyes = mouth_and_eyes(JUDGED_SIZE)
    return {
        "width_pixels": known.min_width,
        "yaw_degrees": known.max_yaw,
        "pitch_degrees": known.max_pitch,
        "mean_grey": known.min_light,
        "spread_grey": known.min_spread,
        "sharpness": known.min_sharpness,
        "covered_share": known.max_covered,
        "if_covered_share": known.maybe_covered,
        "mouth_detail": known.min_mouth,
        "measured_on": {
            "size": JUDGED_SIZE,
            "from": rows.start,
            "before": rows.stop,
            "mouth": _part(mouth),
            "eyes": _part(eyes),
            "rule": "mean_grey, spread_grey and sharpness are those of a second, smaller crop: cut "
            "out as `crop` says, with `canonical.landmarks` scaled to `size` pixels, of which the "
            "rows and columns `from`, ..., `before` - 1 count; the parts likewise",
        },
        "rules": _RULES,
    }


def _part(part: tuple[slice, slice]) -> dict[str, list[int]]:
    rows, columns = part
    places = {"rows": rows, "columns": columns}
    return {name: [int(one.start), int(one.stop)] for name, one in places.items()}


def mean_face() -> dict[str, Any]:
    """The face that a pose is measured against, and how."""
    return {
        "landmarks": MEAN_FACE.tolist(),
        "unit": "cm: x to the subject's left, y up, z out of the face",
        "pose_points": list(POSE_POINTS),
        "pose_rule": "P (n, 3): `landmarks` of the `pose_points` less their mean. Q (n, 2): the "
        "same points of the picture as (x, -y) less their mean. C (2, 3): that for which P C' is "
        "closest to Q by least squares. U S V' = C are its singular values; a and b are the rows "
        "of U V', c their cross product",
        "yaw_degrees": "atan2(-c[0], c[2]), > 0 to the subject's left",
        "pitch_degrees": "asin(-c[1]), > 0 up",
        "roll_degrees": "atan2(-a[1], b[1]), > 0 to the subject's right shoulder",
    }
