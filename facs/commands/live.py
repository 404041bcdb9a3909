"""``facs live``: from a camera to words, as they are made."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from facs.commands.common import of_profile, source_of
from facs.errors import InputError

if TYPE_CHECKING:
    from facs.live.session import Session
    from facs.live.state import State
    from facs.live.words import Outlet
    from facs.meaning.profile import Profile

__all__ = ["live"]

LOST: Final = 5.0
"""Seconds in which she is not seen, after which it is told."""


def live(
    profile: Annotated[Path, typer.Option(help="Her gestures and words.")] = Path("child.toml"),
    source: Annotated[
        str, typer.Option(help="A camera's number, or a film that stands in for one.")
    ] = "0",
    page: Annotated[bool, typer.Option(help="Show a page; words are lines in any case.")] = True,
    port: Annotated[int, typer.Option(help="Of the page; 0 takes one that is free.")] = 8766,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    log: Annotated[Path | None, typer.Option(help="CSV of words and marks; continued.")] = None,
    speak: Annotated[bool, typer.Option(help="Say words aloud.")] = True,
    language: Annotated[str, typer.Option(help="Of words in Latin letters: en, de, ...")] = "en",
    webhook: Annotated[str | None, typer.Option(help="An address that gets every word.")] = None,
    key: Annotated[list[str] | None, typer.Option(help='"long blink=f5"; repeatable.')] = None,
    here: Annotated[
        bool, typer.Option("--here", help="She is where the largest face is, not where enrolled.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="A name of `facs models`, or a path; else the profile's.")
    ] = None,
    detector: Annotated[str, typer.Option(help="haar or dlib.")] = "haar",
    threads: Annotated[int, typer.Option(help="Threads of each stage.")] = 1,
) -> None:
    """Turn a child's gestures into words while she makes them. No alarm, and no call bell."""
    from facs.live.clock import SystemClock
    from facs.live.eye import Eye
    from facs.live.frames import source as frames_of
    from facs.live.log import EventLog
    from facs.live.run import run
    from facs.live.session import Session
    from facs.meaning.profile import Profile

    hers = Profile.load(profile)
    if not hers.signs:
        raise InputError(f"{profile}: wanted gestures to listen for, got none: facs enroll")
    with of_profile(profile, model):
        eye = Eye(hers, model or hers.model or None, detector, threads)
    if here:
        eye.chooser.here()
    with ExitStack() as stack:
        outlets = list(_outlets(hers, profile.parent, speak, language, webhook, key or []))
        clock, events = SystemClock(), EventLog(log)
        session = Session(hers, eye, clock, events, outlets, notes=eye.notes)
        stack.callback(session.close)
        if page:
            stack.enter_context(_page(session, port, show))
        frames = frames_of(source_of(source), clock)
        try:
            run(session, frames, each=_Reporter(session))
        except KeyboardInterrupt:  # how a camera's session ends
            typer.echo(str(session.counts.tally()))
            raise
        typer.echo(str(session.counts.tally()))
        if page:
            _wait()


def _outlets(
    profile: Profile,
    folder: Path,
    speak: bool,
    language: str,
    webhook: str | None,
    keys: list[str],
) -> Iterator[Outlet]:
    """Who is told of words. What cannot be, because somebody wrote it wrong, is refused."""
    from facs.live.words import Lines

    yield Lines(typer.echo)
    if webhook is not None:
        from facs.live.webhook import Webhook

        yield Webhook(webhook)
    if keys:
        from facs.live.keys import Keys, read_keys

        yield Keys(read_keys(keys, [sign.gesture.name for sign in profile.signs]))
    if speak:
        from facs.live.voice import Voice

        yield Voice(profile.signs, folder, language)


@contextmanager
def _page(session: Session, port: int, show: bool) -> Iterator[None]:
    from facs.live.server import serving

    with serving(session, port) as url:
        typer.echo(f"facs live: {url}")
        typer.echo("only this machine can reach it; Ctrl-C stops it")
        if show:
            typer.launch(url)
        yield


def _wait() -> None:
    """Let somebody mark the last words of a film."""
    if not sys.stdin.isatty():
        return
    typer.echo("the film is over; the page stays until you press Enter")
    input()


class _Reporter:
    """Tells on standard error what happens beside words, once each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told = 0
        self._problems: set[str] = set()
        self._slow = False
        self._lost: float | None = None  # since when she is not heard, until it is told

    def __call__(self) -> None:
        for entry in self._session.log.since(self._told):
            self._told += 1
            if entry.word is None and entry.kind not in ("start", "stop"):
                said = f"{entry.kind}: {entry.text}" if entry.text else entry.kind
                typer.echo(f"{entry.seconds:.1f} s  {said}", err=True)
        state = self._session.state
        for problem in set(state.problems) - self._problems:
            typer.echo(f"note: {problem}", err=True)
        self._problems |= set(state.problems)
        if state.doing == "slow" and not self._slow:
            typer.echo(f"note: {state.plain()['says']}", err=True)
        self._slow = state.doing == "slow"
        self._tell_lost(state)

    def _tell_lost(self, state: State) -> None:
        """Once for each time that she is not seen for a while: the terminal may be all there is."""
        if state.doing not in ("somebody", "unseen"):
            self._lost = None
            return
        if self._lost is None:
            self._lost = state.seconds
        if state.seconds - self._lost >= LOST:
            self._lost = math.inf  # told
            why = "" if state.doing == "somebody" else f": {state.why}"
            way = "; 'This is her' on the page, or --here, says that she is" if not why else ""
            typer.echo(f"note: {state.plain()['says']}{why}{way}", err=True)
