"""Recording: what was measured in one source, and the model that measured it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.arrays import array_forms, check_thresholds, checked_times, frozen_array
from facs.errors import InputError, MissingPackageError, RecordingError
from facs.person import REASONS, STREAMS, Person, seconds_covered
from facs.units import ActionUnit

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MEMORY_LIMIT", "REASONS", "STREAMS", "ModelInfo", "Person", "Recording", "from_archive"]

MEMORY_LIMIT: Final = 4 * 2**30
"""Bytes that a file may ask for when it is read: 8 hours of one person at 30 frames/s fit twice."""


@dataclass(frozen=True, eq=False)
class ModelInfo:
    """Which model measured a recording: its name, its licence and what it can tell.

    Parameters
    ----------
    name, version, licence : str
    training : str
        What it was trained on, in words.
    units : tuple of ActionUnit, length U
    on, off : array, shape (U,), in [0, 1]
        Thresholds of each unit, ``off <= on``.
    sha256 : str
        Checksum of the weights file.
    sided : tuple of ActionUnit, optional
        Units whose sides are scored apart; by default those of `units` that
        `facs.units.SIDED` names, in the order of `units`.

    Examples
    --------
    >>> info = ModelInfo("tiny", "1", "MIT", "renders", (ActionUnit.AU9, ActionUnit.AU12),
    ...                  on=[0.5, 0.6], off=[0.4, 0.4], sha256="")
    >>> info.sided
    (<ActionUnit.AU12: 12>,)
    """

    name: str
    version: str
    licence: str
    training: str
    units: tuple[ActionUnit, ...]
    on: NDArray[np.float32]
    off: NDArray[np.float32]
    sha256: str
    sided: tuple[ActionUnit, ...] = None  # type: ignore[assignment]  # a tuple once it is made

    def __post_init__(self) -> None:
        units = tuple(ActionUnit(unit) for unit in self.units)
        sided = [u for u in units if u.sided] if self.sided is None else self.sided
        object.__setattr__(self, "units", units)
        object.__setattr__(self, "sided", tuple(ActionUnit(unit) for unit in sided))
        for name in ("on", "off"):
            array = frozen_array(name, getattr(self, name), (len(units),), np.float32)
            object.__setattr__(self, name, array)
        check_thresholds(units, self.on, self.off)

    @property
    def label(self) -> str:
        """Name and version, as messages and results say them."""
        return f"{self.name} {self.version}"

    def __eq__(self, other: object) -> bool:
        """Whether everything is the same."""
        return isinstance(other, ModelInfo) and self._header() == other._header()

    __hash__ = None  # type: ignore[assignment]

    def _header(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        plain["units"], plain["sided"] = _numbers(self.units), _numbers(self.sided)
        plain["on"], plain["off"] = self.on.tolist(), self.off.tolist()
        return plain


@dataclass(frozen=True, repr=False)
class Recording:
    """The result of an analysis: people over time, and where they were seen.

    Parameters
    ----------
    source : str
        What was analysed, as it was named.
    size : (width, height) or None
        Pixels of the upright picture; None where not a single one was decoded.
    rate : Fraction or None
        Frames per second as the container states them; None for a picture.
    times : array, shape (n,), float64
        Seconds of media time of every decoded frame, strictly increasing.
    people : tuple of Person
        One for each person who was found, in order of their numbers.
    model : ModelInfo or None
    damage : str or None
        What was wrong with the source, if something was.
    notes : tuple of str
        What a reader of the numbers should know.

    Raises
    ------
    InputError
        If people are not in order, or differ in their units, or their times are not
        those of the recording.

    Examples
    --------
    >>> recording = Recording("talk.mp4", (640, 480), Fraction(25), np.arange(50) / 25, ())
    >>> recording
    <Recording of talk.mp4: 50 frames, 2.0 s, nobody found>
    >>> len(recording), recording.duration
    (50, 2.0)
    """

    source: str
    size: tuple[int, int] | None
    rate: Fraction | None
    times: NDArray[np.float64]
    people: tuple[Person, ...]
    model: ModelInfo | None = None
    damage: str | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", checked_times(self.times))
        object.__setattr__(self, "people", tuple(self.people))
        object.__setattr__(self, "notes", tuple(self.notes))
        tracks = [person.track for person in self.people]
        if tracks != sorted(set(tracks)):
            raise InputError(f"wanted people in order of their numbers, each once, got {tracks}")
        if len({(person.units, person.sided) for person in self.people}) > 1:
            raise InputError("wanted the same units for all people, got different ones")
        for person in self.people:
            if not np.array_equal(person.times, self.times):
                raise InputError(
                    f"person {person.track}: wanted the {len(self)} times of the recording, "
                    f"got {len(person)} others"
                )

    def __len__(self) -> int:
        """Return the number of decoded frames."""
        return len(self.times)

    def __iter__(self) -> Iterator[Person]:
        """Iterate over the people."""
        return iter(self.people)

    def __eq__(self, other: object) -> bool:
        """Whether everything is the same, NaN equal to NaN."""
        if not isinstance(other, Recording):
            return NotImplemented
        return self._facts() == other._facts() and np.array_equal(self.times, other.times)

    __hash__ = None  # type: ignore[assignment]

    def _facts(self) -> tuple[object, ...]:
        return (
            *(self.source, self.size, self.rate, self.people),
            *(self.model, self.damage, self.notes),
        )

    @property
    def measured(self) -> tuple[tuple[ActionUnit, ...], tuple[ActionUnit, ...]]:
        """Units that its model measures, and those whose sides it scores apart; none without."""
        return ((), ()) if self.model is None else (self.model.units, self.model.sided)

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last; 0.0 for a picture."""
        return seconds_covered(self.times)

    def __repr__(self) -> str:
        count = len(self.people)
        found = "nobody found" if not count else "1 person" if count == 1 else f"{count} people"
        frames = "1 frame" if len(self) == 1 else f"{len(self)} frames"
        damaged = ", damaged" if self.damage else ""
        return f"<Recording of {self.source}: {frames}, {self.duration:.1f} s, {found}{damaged}>"

    def to_pandas(self, *, landmarks: bool = False) -> pd.DataFrame:
        """Tidy table: one row for every frame and person.

        Parameters
        ----------
        landmarks : bool
            Whether to add the 136 columns ``landmark0_x, landmark0_y, ...``.

        Returns
        -------
        pandas.DataFrame
            See `facs.columns.columns` for its columns. Not seen is NaN; ``person`` is
            missing where nobody was found at all.

        Raises
        ------
        MissingPackageError
            If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingPackageError.of("pandas", "tables", "to_pandas") from None
        from facs.columns import NOBODY, columns

        table: pd.DataFrame = pd.DataFrame(columns(self, landmarks=landmarks), copy=False)
        table["person"] = table["person"].astype("Int64").mask(table["person"] == NOBODY)
        return table

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one file that `load` reads back without any loss.

        Parameters
        ----------
        path : str or path
            By custom it ends in ``.facs``. It is a zip of ``.npy`` arrays and one
            ``header.json``; nothing in it is code.

        Raises
        ------
        OutputError
            If it cannot be written; what was at `path` then stays as it was.
        """
        from facs.archive import write_archive

        arrays = {"times": self.times}
        for index, person in enumerate(self.people):
            names = array_forms(0, (), ())
            arrays |= {f"people/{index}/{name}": getattr(person, name) for name in names}
        write_archive(path, self.header(), arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, limit: int = MEMORY_LIMIT) -> Recording:
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or path
        limit : int, bytes
            A file that asks for more memory than this is refused before it gets any.

        Raises
        ------
        RecordingError
            If there is no file, or it is not a whole recording.
        """
        from facs.archive import read_archive

        header, arrays = read_archive(path, limit)
        try:
            return from_archive(header, arrays)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise RecordingError(f"{path} is not a whole recording: {error}") from error

    def header(self) -> dict[str, Any]:
        """Everything but the arrays, in plain values that JSON can hold."""
        people = [
            {"track": p.track, "units": _numbers(p.units), "sided": _numbers(p.sided)}
            for p in self.people
        ]
        return {
            "source": self.source,
            "size": self.size,
            "rate": None if self.rate is None else str(self.rate),
            "people": people,
            "model": None if self.model is None else self.model._header(),
            "damage": self.damage,
            "notes": self.notes,
        }


def from_archive(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Recording:
    """Put together what `Recording.header` and the arrays say; whatever is wrong raises."""
    size, rate, model = header["size"], header["rate"], header["model"]
    return Recording(
        source=str(header["source"]),
        size=None if size is None else (int(size[0]), int(size[1])),
        rate=None if rate is None else Fraction(rate),
        times=arrays["times"],
        people=tuple(_person(i, facts, arrays) for i, facts in enumerate(header["people"])),
        model=None if model is None else ModelInfo(**model),
        damage=None if header["damage"] is None else str(header["damage"]),
        notes=tuple(map(str, header["notes"])),
    )


def _person(index: int, facts: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Person:
    values = {name: arrays[f"people/{index}/{name}"] for name in array_forms(0, (), ())}
    return Person(
        track=int(facts["track"]),
        times=arrays["times"],
        units=facts["units"],
        sided=facts["sided"],
        **values,
    )


def _numbers(units: tuple[ActionUnit, ...]) -> list[int]:
    return [int(unit) for unit in units]
