"""``facs enroll``: from rest, examples or a day of videos to a profile of one child's gestures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facs.commands.common import progress_bar
from facs.errors import InputError

if TYPE_CHECKING:
    from facs.meaning.findings import Enrolment, Example
    from facs.meaning.profile import Profile
    from facs.person import Person
    from facs.recording import Recording

__all__ = ["enroll"]


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
    from facs.meaning.enroll import enroll as run
    from facs.meaning.profile import Profile

    known = Profile.load(profile) if profile.exists() else Profile()
    if marks and not (day or rest or example):
        _mark(known, marks, profile)
        return
    known = replace(known, model=model or known.model)
    album = _Album(known, lambda path: _recording(path, known.model or None, motion, quiet))
    resting = [album.piece(text).piece() for text in rest or []]
    examples = _grouped(example or [], album)
    days = [album.person(path) for path in day or []]
    words = {sign.gesture.name: sign.word for sign in known.signs} | dict(map(_pair, word or []))
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
    new = _merged(known, done, album, name)
    if marks:
        new = _marked(new, marks)
    new.save(profile)
    typer.echo(f"wrote {profile}")


def _mark(known: Profile, logs: list[Path], path: Path) -> None:
    """Change thresholds by marks alone."""
    new = _marked(known, logs)
    if new.signs == known.signs:
        typer.echo("no threshold was changed")
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


@dataclass
class _Album:
    """Recordings that were analysed once, and who she is in each of them."""

    profile: Profile
    read: Callable[[Path], Recording]
    model: str = ""
    _people: dict[Path, Person] = field(default_factory=dict)

    def person(self, path: Path) -> Person:
        """Her in the recording of `path`; the first one decides where she is looked for."""
        if path not in self._people:
            recording = self.read(path)
            choice = self.profile.choose(recording)
            if choice is None:
                raise InputError(f"{path}: wanted her face, nobody was seen in it")
            if len(recording.people) > 1:
                typer.echo(f"{path}: person {choice.person.track}, {choice.why}")
            self._remember(recording, choice.person)
            self._people[path] = choice.person
        return self._people[path]

    def _remember(self, recording: Recording, person: Person) -> None:
        from facs.meaning.profile import Who

        if self.profile.who is None and recording.size is not None:
            self.profile = replace(self.profile, who=Who.of(person, recording.size))
        if recording.model is not None:
            self.model = f"{recording.model.name} {recording.model.version}"

    def piece(self, text: str) -> Example:
        """Read ``VIDEO`` or ``VIDEO@3-4.5``."""
        from facs.meaning.findings import Example

        match = re.fullmatch(r"(.+)@(\d*\.?\d+)-(\d*\.?\d+)", text)
        if not match:
            return Example(self.person(Path(text)))
        start, stop = float(match[2]), float(match[3])
        if start >= stop:
            raise InputError(f"wanted VIDEO@START-STOP with START before STOP, got {text!r}")
        return Example(self.person(Path(match[1])), start, stop)


def _pair(text: str) -> tuple[str, str]:
    left, sign, right = text.partition("=")
    if not (left.strip() and sign and right.strip()):
        raise InputError(f"wanted NAME=VALUE such as 'brow lift=no', got {text!r}")
    return left.strip(), right.strip()


def _grouped(texts: list[str], album: _Album) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = {}
    for name, place in map(_pair, texts):
        found.setdefault(name, []).append(album.piece(place))
    return found


def _recording(path: Path, model: str | None, motion: bool, quiet: bool) -> Recording:
    if path.suffix.lower() == ".facs":
        from facs.recording import Recording

        return Recording.load(path)
    from facs.pipeline import analyze

    with progress_bar(quiet) as progress:
        return analyze(path, model=model, motion=motion, progress=progress)


def _merged(known: Profile, done: Enrolment, album: _Album, name: str | None) -> Profile:
    """The known profile with what was found: gestures of the same name are replaced."""
    new = {sign.gesture.name: sign for sign in done.profile.signs}
    sounds = {sign.gesture.name: sign.sound for sign in known.signs}
    signs = [new.pop(sign.gesture.name, sign) for sign in known.signs]
    signs += new.values()
    return replace(
        known,
        signs=tuple(replace(s, sound=s.sound or sounds.get(s.gesture.name, "")) for s in signs),
        baseline=done.profile.baseline or known.baseline,
        ignored=done.profile.ignored or known.ignored,
        who=album.profile.who,
        name=known.name if name is None else name,
    )


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


def _write_curves(done: Enrolment, path: Path) -> None:
    from facs.files import atomic

    lines = ["gesture,threshold,false_activations,hours,per_hour,low,high"]
    known = ((f.name, f.curve) for f in done.findings if f.curve is not None)
    for name, curve in known:
        for trigger in curve.tried:
            rate = curve.rate(trigger)
            low, high = rate.interval
            lines.append(
                f'"{name}",{trigger:g},{rate.count},{rate.hours:.5f},'
                f"{rate.per_hour:.3f},{low:.3f},{high:.3f}"
            )
    with atomic(path) as unfinished:
        unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    typer.echo(f"wrote {path}")
