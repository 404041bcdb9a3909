"""Draw the pictures of the documents from the example video: ``python examples/make_pictures.py``.

The overlay at the height of the smile, and the timeline, into docs/pictures/.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

import facs
from facs.outputs.overlay import overlay_picture
from facs.outputs.plots import plot_timeline
from facs.video import open_video

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Analyse, draw, say where."""
    video = ROOT / "examples" / "synthetic_face.mp4"
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    recording = facs.analyze(video)
    smile = int(np.nanargmax(recording.people[0][facs.ActionUnit.AU12]))
    with open_video(video) as frames:
        picture = next(overlay_picture(recording, f) for f in frames if f.index == smile)
    cv2.imwrite(str(folder / "overlay.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    plot_timeline(recording, folder / "timeline.png")
    print(f"wrote {folder / 'overlay.png'} and {folder / 'timeline.png'}")


if __name__ == "__main__":
    main()
