"""``facs enroll``: from rest, examples or a day of videos to a profile of one child's gestures."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from facs.commands.album import Album
from facs.commands.common import of_profile
from facs.commands.keeping import Kept, changing, merged
from facs.errors import InputError
from facs.files import keep_sources, writing

if TYPE_CHECKING:
    from facs.meaning.findings import Enrolment, Example, Finding
    from facs.meaning.profile import Profile

__all__ = ["enroll"]

_CURVES: Final = ("gesture", "threshold", "false_activations", "hours", "per_hour", "low", "high")


def enroll(
    day: Annotated[
        list[Path] | None, typer.Argument(help="Videos (or .facs) of her day, untagged.")
    ] = None,
    profile: Annotated[Path, typer.Option(help="The profile to write or to extend.")] = Path(
        "child.toml"
    ),
    rest: Annotated[
        list[str] | None, typer.Option(help="Nothing is asked of her: VIDEO or VIDEO@0-20.")
    ] = None,
    example: Annotated[
        list[str] | None, typer.Option(help='"brow lift=VIDEO@3-4.5", one gesture; repeatable.')
    ] = None,
    word: Annotated[list[str] | None, typer.Option(help='"brow lift=no"; repeatable.')] = None,
    per_hour: Annotated[float, typer.Option(help="False activations an hour accepted.")] = 1.0,
    name: Annotated[str | None, typer.Option(help="A name or a code for her.")] = None,
    marks: Annotated[
        list[Path] | None,
        typer.Option(help="A log of `facs live`: raise thresholds by what was marked; repeatable."),
    ] = None,
    curves: Annotated[Path | None, typer.Option(help="CSV: rate against threshold.")] = None,
    model: Annotated[
        str | None, typer.Option(help="A name of `facs models`, or a path; the profile keeps it.")
    ] = None,
    motion: Annotated[
        bool,
        typer.Option(help="Score with the temporal stream, which `facs live` cannot wait for."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Find out which gestures a child can make, and set their thresholds."""
    from facs.meaning.contradictions import doubts
    from facs.meaning.enroll import enroll as run

    if curves is not None:
        keep_sources(curves, profile, *_films(rest, example), *(day or []), *(marks or []))
    before = Kept.read(profile)
    known = before.profile
    places = [(_called(name, known), place) for name, place in map(_pair, example or [])]
    said = _words(word or [], known, [name for name, _ in places], bool(day))
    if (marks or said) and not (day or rest or example):
        _change(said, marks or [], profile)
        return
    known = replace(_worded(known, said), model=model or known.model)
    album = Album(known, motion, quiet)
    with of_profile(profile, model):
        resting = [album.rest(text) for text in rest or []]
        examples = _grouped(places, album)
        days = [album.person(path) for path in day or []]
    words = {sign.gesture.name: sign.word for sign in known.signs} | said
    done = run(
        resting, examples, day=days, words=words, per_hour=per_hour, model=album.model,
        known=known,
    )  # fmt: skip
    _tell(done)
    if curves is not None:
        _write_curves(done, curves)
    if not done.profile.signs:
        typer.echo("no gesture could be enrolled; no profile was written")
        raise typer.Exit(1)
    with changing(profile) as now:
        if now.text != before.text:
            typer.echo(f"note: {profile} was changed meanwhile: that stays")
        new = _worded(merged(done, before, now, said, album.profile), said)
        new = replace(new, name=new.name if name is None else name)
        _tell_left_out(said, done, new)
        if marks:
            new = _marked(new, marks)
        for doubt in doubts(new.signs, new.ignored):
            typer.echo(f"note: {doubt}")
        new.save(profile)
    typer.echo(f"wrote {profile}")


def _films(rest: list[str] | None, example: list[str] | None) -> list[str]:
    """Which files ``VIDEO@0-20`` and ``NAME=VIDEO@3-4.5`` name."""
    places = [*(rest or []), *(text.partition("=")[2] for text in example or [])]
    return [re.sub(r"@[\d.]+-[\d.]+$", "", place.strip()) for place in places]


def _words(texts: list[str], known: Profile, enrolled: list[str], day: bool) -> dict[str, str]:
    """Read ``NAME=WORD``; refuses names that no gesture can have here."""
    from facs.meaning.gestures import STOCK

    words = {_called(name, known): word for name, word in map(_pair, texts)}
    names = [*(sign.gesture.name for sign in known.signs), *enrolled]
    for name in words:
        if name not in names and not (day and name in STOCK):
            raise InputError(
                f"wanted a word for a gesture of the profile or of an --example "
                f"({', '.join(dict.fromkeys(names)) or 'there are none'}), got one for {name!r}"
            )
    return words


def _called(name: str, known: Profile) -> str:
    """The gesture of the profile, or the stock one, that is meant by a name."""
    from facs.meaning.gestures import STOCK, named

    return named(name, [*STOCK, *(sign.gesture.name for sign in known.signs)])


def _worded(profile: Profile, words: dict[str, str]) -> Profile:
    """The profile with other words for its gestures."""
    signs = (replace(s, word=words.get(s.gesture.name, s.word)) for s in profile.signs)
    return replace(profile, signs=tuple(signs))


def _change(words: dict[str, str], logs: list[Path], path: Path) -> None:
    """Change words, and thresholds by marks, without a recording."""
    with changing(path) as now:
        new = _worded(now.profile, words)
        if logs:
            new = _marked(new, logs)
        if new.signs == now.profile.signs:
            typer.echo(f"no {'threshold' if logs else 'word'} was changed")
            return
        new.save(path)
    typer.echo(f"wrote {path}")


def _marked(profile: Profile, logs: list[Path]) -> Profile:
    """The profile with thresholds that are raised by what was marked, and what is said of it."""
    from facs.meaning.marks import read_marks, recalibrate

    marks = read_marks(*logs)
    verdicts = recalibrate(profile, marks)
    for verdict in verdicts:
        typer.echo(str(verdict))
    for name, count in sorted(marks.unmarked.items()):
        typer.echo(f"note: {name}: {count} words were not marked")
    if not verdicts:
        typer.echo("note: no word of these gestures, with these rules, was marked right or wrong")
    changed = {v.sign.gesture.name: replace(v.sign, note=v.note) for v in verdicts if v.changed}
    signs = tuple(changed.get(sign.gesture.name, sign) for sign in profile.signs)
    return replace(profile, signs=signs)


def _pair(text: str) -> tuple[str, str]:
    left, sign, right = text.partition("=")
    if not (left.strip() and sign and right.strip()):
        raise InputError(f"wanted NAME=VALUE such as 'brow lift=no', got {text!r}")
    return left.strip(), right.strip()


def _grouped(places: list[tuple[str, str]], album: Album) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = {}
    for name, place in places:
        found.setdefault(name, []).append(album.piece(place))
    return found


def _tell(done: Enrolment) -> None:
    for finding in done.findings:
        typer.echo(str(finding))
        if finding.curve is not None and finding.curve.hours:
            points = range(0, len(finding.curve.tried), 5)
            rates = [(t, finding.curve.rate(t)) for t in (finding.curve.tried[i] for i in points)]
            typer.echo(
                "  false an hour by threshold: "
                + ", ".join(f"{t:g}: {rate.per_hour:.1f}" for t, rate in rates)
            )
    for note in done.notes:
        typer.echo(f"note: {note}")


def _tell_left_out(words: dict[str, str], done: Enrolment, new: Profile) -> None:
    """Say which words have no gesture, where no finding has said so."""
    told = {finding.name for finding in done.findings}
    told |= {sign.gesture.name for sign in new.signs}
    for name in words:
        if name not in told:
            typer.echo(f"note: {name} does not stand out in her day: its word is left out")


def _write_curves(done: Enrolment, path: Path) -> None:
    with writing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_CURVES)
        for finding in done.findings:
            writer.writerows(_points(finding))
    typer.echo(f"wrote {path}")


def _points(finding: Finding) -> Iterator[list[object]]:
    """A row for each threshold that was tried."""
    if finding.curve is None:
        return
    for trigger in finding.curve.tried:
        rate = finding.curve.rate(trigger)
        low, high = (f"{limit:.3f}" for limit in rate.interval)
        row = [finding.name, f"{trigger:g}", rate.count, f"{rate.hours:.5f}"]
        yield [*row, f"{rate.per_hour:.3f}", low, high]
