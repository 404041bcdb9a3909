"""Take the picture of facs live's page: ``python examples/make_live_picture.py``.

The example film stands in for the camera, and waits for the analysis however busy the machine is;
the picture is taken when its long blink has become a word. Chromium has to be installed, and what
``.[dev]`` brings.
"""

from __future__ import annotations

import argparse
import shutil
import threading
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from facs.live.clock import SystemClock
from facs.live.eye import Eye
from facs.live.frames import Shown
from facs.live.server import serving
from facs.live.session import Session
from facs.meaning.gestures import STOCK
from facs.meaning.listener import Sign
from facs.meaning.profile import Profile
from facs.video import open_video

ROOT = Path(__file__).resolve().parents[1]
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WORDS: Final = {"smile": "hello", "brow lift": "no", "long blink": "yes", "mouth open": "drink"}


def play(session: Session, clock: SystemClock) -> None:
    """Show every frame when it is due, or as soon as the one before is done."""
    begun = clock.now()
    with open_video(ROOT / "examples/synthetic_face.mp4") as video:
        for frame in video:
            clock.wait_until(begun + frame.time)
            session.counts.show(dropped=False)
            session.hear(Shown(frame, clock.now()))


def main() -> None:
    """Play the film, and take the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/pictures/live.png")
    options = parser.parse_args()
    profile = Profile(tuple(Sign(STOCK[name], word) for name, word in WORDS.items()))
    clock = SystemClock()
    session = Session(profile, Eye(profile), clock)
    with serving(session) as url, sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1100, "height": 1150})
        page.goto(url)
        page.get_by_text("Show what it sees").click()
        playing = threading.Thread(target=play, args=(session, clock))
        playing.start()
        page.locator("#word", has_text="yes").wait_for()
        session.mark(1, "right")
        page.wait_for_timeout(500)
        page.screenshot(path=options.out)
        browser.close()
        playing.join()
    session.close()
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
