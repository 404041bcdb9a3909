"""Draw the pictures of the documents from the example video: ``python examples/make_pictures.py``.

Into docs/pictures/: the overlay at the height of the smile, the timeline, the agreement with what
the face was made to do and, where Chromium is installed, a report.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

import facs
from facs.evaluation.agree import pair
from facs.evaluation.agree_plot import plot_agreement
from facs.evaluation.report import ReportOptions, evaluate
from facs.outputs.overlay import overlay_picture
from facs.outputs.plots import plot_timeline
from facs.outputs.report import write_report
from facs.video import open_video

ROOT = Path(__file__).resolve().parents[1]
SHOWN = 0.2
"""Share of the full movement from which a unit counts as shown."""


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
    with tempfile.TemporaryDirectory() as work:
        draw_agreement(recording, folder / "agreement.png", Path(work))
        draw_report(recording, folder / "report.png", Path(work))
    print(f"wrote the pictures in {folder}")


def draw_agreement(recording: facs.Recording, path: Path, work: Path) -> None:
    """Compare with the movements that the face was made to show, from `SHOWN` of their maximum."""
    with (ROOT / "examples" / "synthetic_face.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (work / "truth.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["frame", *rows[0]])
        writer.writeheader()
        writer.writerows({"frame": i, **_shown(row)} for i, row in enumerate(rows))
    recording.save(work / "a.facs")
    made = pair(work / "a.facs", work / "truth.csv")
    report = evaluate(made, "example", ReportOptions(draws=0))
    plot_agreement(report, made, path, "facs", "what was rendered")


def _shown(row: dict[str, str]) -> dict[str, str]:
    """A row of movements in which units are shown or not."""
    return {
        name: str(int(float(value) >= SHOWN)) if name.startswith("AU") else value
        for name, value in row.items()
    }


def draw_report(recording: facs.Recording, path: Path, work: Path) -> None:
    """Take a picture of the top of the report, with Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed: no picture of the report")
        return
    write_report(recording, work / "report.html")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    size, shot = "--window-size=900,1250", f"--screenshot={path}"
    page = (work / "report.html").as_uri()
    subprocess.run([chromium, *flags, size, shot, page], check=True, capture_output=True)


if __name__ == "__main__":
    main()
