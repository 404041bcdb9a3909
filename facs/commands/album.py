"""Album: the recordings of one enrolment, each read once, and who she is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from facs.commands.common import progress_bar
from facs.errors import InputError, ModelError

if TYPE_CHECKING:
    from facs.meaning.findings import Example
    from facs.meaning.profile import Profile
    from facs.person import Person
    from facs.recording import ModelInfo, Recording

__all__ = ["Album"]

MOVED: Final = 0.5
"""Widths of her face from the enrolled place from which on new rest says another one."""


@dataclass
class Album:
    """Recordings that were analysed once, and who she is in each of them.

    Parameters
    ----------
    profile : Profile
        Says which model scores her, and where she is looked for.
    motion, quiet : bool
        How films are analysed.
    model : str
        Name and version of the model that scored.
    """

    profile: Profile
    motion: bool = False
    quiet: bool = False
    model: str = ""
    _people: dict[Path, Person] = field(default_factory=dict)
    _sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    _placed: bool = False

    def person(self, path: Path) -> Person:
        """Her in the recording of `path`; the first one decides where she is looked for."""
        if path not in self._people:
            recording = self._read(path)
            choice = self.profile.choose(recording)
            if choice is None:
                raise InputError(f"{path}: wanted her face, nobody was seen in it")
            if len(recording.people) > 1:
                typer.echo(f"{path}: person {choice.person.track}, {choice.why}")
            self._remember(recording, choice.person)
            self._people[path] = choice.person
            if recording.size is not None:
                self._sizes[id(choice.person)] = recording.size
        return self._people[path]

    def rest(self, text: str) -> Person:
        """Read a piece of rest; the first one says where she is from now on."""
        from facs.meaning.who import Who

        piece = self.piece(text)
        size, old = self._sizes.get(id(piece.person)), self.profile.who
        new = Who.of(piece.piece(), size) if size and not self._placed else None
        if new is not None and size is not None:
            self._placed = True
            if old is not None and old.distance(new, size) >= MOVED:
                self.profile = replace(self.profile, who=new)
                typer.echo(
                    f"note: she is not where she was enrolled; from now on she is looked for where "
                    f"she is in {text}: x {new.x:g}, y {new.y:g}, width {new.width:g} (before "
                    f"{old.x:g}, {old.y:g}, {old.width:g})"
                )
        return piece.piece()

    def piece(self, text: str) -> Example:
        """Read ``VIDEO`` or ``VIDEO@3-4.5``."""
        from facs.meaning.findings import Example

        match = re.fullmatch(r"(.+)@(\d*\.?\d+)-(\d*\.?\d+)", text)
        if not match:
            return Example(self.person(Path(text)), source=text)
        start, stop = float(match[2]), float(match[3])
        if start >= stop:
            raise InputError(f"wanted VIDEO@START-STOP with START before STOP, got {text!r}")
        return Example(self.person(Path(match[1])), start, stop, text)

    def _remember(self, recording: Recording, person: Person) -> None:
        from facs.meaning.who import Who

        if self.profile.who is None and recording.size is not None:
            self.profile = replace(self.profile, who=Who.of(person, recording.size))

    def _read(self, path: Path) -> Recording:
        kept = path.suffix.lower() == ".facs"
        recording = self._kept(path) if kept else self._analysed(path)
        if recording.model is not None:
            self._check_model(path, recording.model)
        return recording

    def _analysed(self, path: Path) -> Recording:
        from facs.pipeline import analyze

        with progress_bar(self.quiet) as progress:
            return analyze(
                path, model=self.profile.model or None, motion=self.motion, progress=progress
            )

    def _kept(self, path: Path) -> Recording:
        """What was scored before, maybe otherwise than live."""
        from facs.person import STREAMS
        from facs.recording import Recording

        recording = Recording.load(path)
        fused = STREAMS.index("fused")
        if not self.motion and any((person.streams == fused).any() for person in recording.people):
            typer.echo(
                f"note: {path} was scored with motion, and facs live scores without: enrol from "
                "the film, or from what facs analyze --no-motion made of it"
            )
        return recording

    def _check_model(self, path: Path, info: ModelInfo) -> None:
        """One model scores all of them, and her live: thresholds of two do not go together."""
        scored = info.label
        if self.model not in ("", scored):
            raise InputError(
                f"{path}: wanted recordings by one model, got one by {scored} after {self.model}: "
                "enrol from the films"
            )
        asked = self.profile.model
        if not self.model and asked and not _is_of(asked, info):
            raise InputError(
                f"{path}: wanted a recording scored by {asked}, got one by {scored}: enrol from "
                "the film, or with the --model that scored it"
            )
        self.model = scored


def _is_of(asked: str, info: ModelInfo) -> bool:
    """Whether a name, or a path, is that of the model that scored; a path may lead nowhere yet."""
    from facs.network.weights import files_of, spec_of

    try:
        spec = spec_of(files_of(asked))
    except ModelError:  # an earlier one, that scored what is kept, or one that is not here
        return info.name == asked or asked.endswith(".onnx")
    return (spec.name, spec.version) == (info.name, info.version)
