"""Frames of a video, in order, one at a time, with the container's own times.

A source is a video file, a picture, a folder of pictures, an array, a camera or
frames that already exist; `open_video` opens any of them as a `Video`.
"""

from __future__ import annotations

from facs.video.frame import MAX_PIXELS, MAX_SIDE, Frame
from facs.video.reading import Video, open_video

__all__ = ["MAX_PIXELS", "MAX_SIDE", "Frame", "Video", "open_video"]
