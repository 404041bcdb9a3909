"""What the camera sees, small, with a frame around the face that is taken for hers."""

from __future__ import annotations

from typing import Final

import numpy as np

from facs.video.frame import Image

__all__ = ["Box", "jpeg"]

Box = tuple[float, float, float, float]

LONGEST: Final = 480  # pixels
COLOUR: Final = (255, 154, 92)


def jpeg(image: Image, box: Box | None) -> bytes:
    r"""Draw and compress.

    Examples
    --------
    >>> jpeg(np.zeros((480, 640, 3), np.uint8), (200, 100, 400, 300))[:2]
    b'\xff\xd8'
    """
    import cv2

    height, width = image.shape[:2]
    share = min(1.0, LONGEST / max(height, width))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = np.ascontiguousarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)[..., ::-1])
    if box is not None:
        x0, y0, x1, y1 = (round(value * share) for value in box)
        cv2.rectangle(small, (x0, y0), (x1, y1), COLOUR[::-1], 2)
    done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 70])
    assert done
    return data.tobytes()
