"""The ellipse that leaves forehead, eyes, nose and mouth visible and hides hair and throat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["CENTRE", "RADII", "ellipse"]

CENTRE = (0.5, 0.54)
"""Centre of the ellipse, as fractions of the crop's width and height."""

RADII = (0.385, 0.47)
"""Half axes: wide enough for the cheeks of a smile, long enough for a dropped jaw."""


def ellipse(size: int) -> NDArray[np.float32]:
    """1 inside the face's ellipse, 0 outside.

    After Bocklisch et al. (2015), section 2.2.2: "only the area of forehead,
    eyes, nose and mouth remain visible".

    Parameters
    ----------
    size : int, pixels
        Side of the crop.

    Returns
    -------
    array, shape (size, size), float32

    Examples
    --------
    >>> mask = ellipse(112)
    >>> float(mask[56, 56]), float(mask[0, 0]), float(mask[60, 2])
    (1.0, 0.0, 0.0)
    """
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    inside = ((x - CENTRE[0]) / RADII[0]) ** 2 + ((y - CENTRE[1]) / RADII[1]) ** 2 <= 1
    return np.asarray(inside, np.float32)
