"""Person: what one person's face did, one row for every decoded frame."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.arrays import (
    array_forms,
    check_range,
    check_thresholds,
    check_units,
    checked_times,
    frozen_array,
)
from facs.errors import InputError
from facs.events import Event, check_limits, find_events, least_peak
from facs.units import SIDES, ActionUnit, SideName, UnitLike, as_unit, instead_of

if TYPE_CHECKING:
    from facs.meaning.baseline import Baseline
    from facs.meaning.emotions import Match

__all__ = ["REASONS", "STREAMS", "Person", "seconds_covered"]

REASONS: Final = ("", "no_face", "turned_away", "too_small", "covered", "dark", "blurred")
"""Why a frame has no numbers; ``""`` means that the face could be scored."""

STREAMS: Final = ("", "spatial", "fused")
"""What scored a frame: nothing, the picture alone (no full flow window), both streams."""

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False, repr=False)
class Person:
    """One person's measurements, aligned by frame.

    ``n`` is the number of decoded frames of the recording, ``U`` the number of
    units, ``S`` the number of units whose sides are scored apart. A frame in
    which the person was not seen is NaN in every array of floats, and `reasons`
    says why. Zero means seen and not active. The arrays cannot be written to.

    Parameters
    ----------
    track : int
        The person's number in the recording.
    times : array, shape (n,), float64
        Seconds of media time, strictly increasing.
    units : tuple of ActionUnit, length U
        What the columns of `probability` and `intensities` are.
    sided : tuple of ActionUnit, length S
        What the columns of `left` and `right` are; each is also in `units`.
    probability : array, shape (n, U), in [0, 1] or NaN
    intensities : array, shape (n, U), in [0, 5] or NaN
    left, right : array, shape (n, S), in [0, 1] or NaN
        Probability on the subject's own left and right.
    left_intensity, right_intensity : array, shape (n, S), in [0, 5] or NaN
    boxes : array, shape (n, 4)
        x0, y0, x1, y1 in pixels of the upright picture.
    landmarks : array, shape (n, 68, 2)
        x, y in pixels of the upright picture.
    pose : array, shape (n, 3)
        Yaw, pitch, roll in degrees.
    quality : array, shape (n,), in [0, 1] or NaN
        How fit the face was to be scored; NaN where there was no face.
    score : array, shape (n,)
        The face detector's own confidence.
    reasons : array, shape (n,), uint8
        Index into `REASONS`.
    streams : array, shape (n,), uint8
        Index into `STREAMS`.
    on, off : array, shape (U,), in [0, 1]
        The model's two thresholds for each unit, ``off <= on``.

    Raises
    ------
    InputError
        If a shape, a range or an order is wrong; the message names it.

    Examples
    --------
    >>> n, nan = 3, np.nan
    >>> person = Person(
    ...     track=0, times=np.arange(n) / 10, units=(ActionUnit.AU12,), sided=(ActionUnit.AU12,),
    ...     probability=[[0.1], [0.9], [nan]], intensities=[[0.2], [3.1], [nan]],
    ...     left=[[0.1], [0.9], [nan]], right=[[0.1], [0.2], [nan]],
    ...     left_intensity=[[0.2], [3.1], [nan]], right_intensity=[[0.2], [0.3], [nan]],
    ...     boxes=np.full((n, 4), nan), landmarks=np.full((n, 68, 2), nan),
    ...     pose=np.full((n, 3), nan), quality=[0.8, 0.9, nan], score=[0.9, 0.9, nan],
    ...     reasons=[0, 0, 1], streams=[1, 2, 0], on=[0.5], off=[0.4],
    ... )
    >>> person
    <Person 0: 2 of 3 frames scored, 0.3 s, most active AU12>
    >>> person["AU12"]
    array([0.1, 0.9, nan], dtype=float32)
    >>> person.events(12)
    [Event(label='AU12', onset=0.1, apex=0.1, offset=0.1, peak=0.8999999761581421)]
    """

    track: int
    times: NDArray[np.float64]
    units: tuple[ActionUnit, ...]
    sided: tuple[ActionUnit, ...]
    probability: Floats
    intensities: Floats
    left: Floats
    right: Floats
    left_intensity: Floats
    right_intensity: Floats
    boxes: Floats
    landmarks: Floats
    pose: Floats
    quality: Floats
    score: Floats
    reasons: Bytes
    streams: Bytes
    on: Floats
    off: Floats

    def __post_init__(self) -> None:
        times = checked_times(self.times)
        self._set("times", times)
        self._set("units", tuple(ActionUnit(unit) for unit in self.units))
        self._set("sided", tuple(ActionUnit(unit) for unit in self.sided))
        check_units(self.units, self.sided)
        for name, (shape, dtype) in array_forms(len(times), self.units, self.sided).items():
            self._set(name, frozen_array(name, getattr(self, name), shape, dtype))
        self._check_ranges()

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _check_ranges(self) -> None:
        for name in ("probability", "left", "right", "quality"):
            check_range(name, getattr(self, name), 1)
        for name in ("intensities", "left_intensity", "right_intensity"):
            check_range(name, getattr(self, name), 5)
        check_range("reasons", self.reasons, len(REASONS) - 1)
        check_range("streams", self.streams, len(STREAMS) - 1)
        check_thresholds(self.units, self.on, self.off)

    def __len__(self) -> int:
        """Return the number of decoded frames."""
        return len(self.times)

    def __contains__(self, unit: object) -> bool:
        """Whether `unit` is measured here."""
        try:
            return as_unit(unit) in self.units  # type: ignore[arg-type]
        except InputError:
            return False

    def __getitem__(self, unit: UnitLike) -> Floats:
        """Probability of `unit`, shape (n,); accepts ``ActionUnit.AU12``, ``12`` and ``"AU12"``."""
        return self.probability[:, _position(unit, self.units)]

    def __eq__(self, other: object) -> bool:
        """Whether every array is the same, NaN equal to NaN."""
        if not isinstance(other, Person):
            return NotImplemented
        return all(
            _same(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)
        )

    __hash__ = None  # type: ignore[assignment]

    def intensity(self, unit: UnitLike) -> Floats:
        """Intensity of `unit`, shape (n,), in [0, 5] or NaN; letters by `facs.units.letter`."""
        return self.intensities[:, _position(unit, self.units)]

    def side(self, unit: UnitLike, side: SideName) -> Floats:
        """Probability of `unit` on the subject's own left or right, shape (n,)."""
        _check_side(side)
        values = self.left if side == "left" else self.right
        return values[:, self._sided(unit)]

    def side_intensity(self, unit: UnitLike, side: SideName) -> Floats:
        """Intensity of `unit` on the subject's own left or right, shape (n,), in [0, 5]."""
        _check_side(side)
        values = self.left_intensity if side == "left" else self.right_intensity
        return values[:, self._sided(unit)]

    def _sided(self, unit: UnitLike) -> int:
        """Column of a unit whose sides are scored apart."""
        chosen = self.units[_position(unit, self.units)]
        if chosen not in self.sided:
            names = " ".join(map(str, self.sided)) or "none"
            raise InputError(f"{chosen} has no sides here; units with two sides are: {names}")
        return self.sided.index(chosen)

    def events(
        self,
        unit: UnitLike | None = None,
        *,
        on: float | None = None,
        off: float | None = None,
        min_peak: float | None = None,
        min_duration: float = 0.0,
    ) -> list[Event]:
        """Find the spans in which `unit` was shown; of all units where it is None.

        Parameters
        ----------
        unit : ActionUnit, int or str, optional
            One unit; all of them where it is left out.
        on, off : float, in [0, 1], optional
            Thresholds in place of the model's own. Where only `on` is given,
            `off` is the model's, or `on` if that is lower.
        min_peak : float, in [0, 1], optional
            What the probability must reach at the apex. By default three times the odds of the
            model's `on` (`facs.events.least_peak`); nothing beyond `on` where that is given.
        min_duration : float, seconds
            Shorter spans are dropped.

        Returns
        -------
        list of Event
            In order of onset. See `facs.events.find_events`.

        Raises
        ------
        InputError
            If there is no such unit, or a number is none of its kind.
        """
        check_limits(on=on, off=off, min_peak=min_peak, min_duration=min_duration)
        chosen = self.units if unit is None else (as_unit(unit),)
        found = [e for one in chosen for e in self._events_of(one, on, off, min_peak, min_duration)]
        return sorted(found, key=lambda event: event.onset)

    def _events_of(
        self,
        unit: ActionUnit,
        on: float | None,
        off: float | None,
        min_peak: float | None,
        min_duration: float,
    ) -> list[Event]:
        column = _position(unit, self.units)
        upper = float(self.on[column]) if on is None else on
        lower = min(float(self.off[column]), upper) if off is None else off
        if min_peak is None:
            min_peak = least_peak(upper) if on is None else 0.0
        return find_events(
            str(unit),
            self.times,
            self[unit],
            on=upper,
            off=lower,
            min_peak=min_peak,
            min_duration=min_duration,
        )

    def relative_to(self, baseline: Baseline) -> Person:
        """Score relative to a neutral face: see `facs.meaning.baseline.Baseline.relative`."""
        return baseline.relative(self)

    def emotions(self, table: str = "emfacs") -> list[Match]:
        """Find where units match published prototypes: see `facs.meaning.emotions`.

        A match is a configuration of movements, never a claim about what somebody feels.
        """
        from facs.meaning.emotions import find_matches

        return find_matches(self, table)

    def reason(self, frame: int) -> str:
        """Why `frame` has no numbers, from `REASONS`; ``""`` where the face could be scored."""
        return REASONS[self.reasons[frame]]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Whether a frame has numbers, shape (n,)."""
        return np.asarray(~np.isnan(self.probability).all(axis=1) & (len(self.units) > 0))

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Whether a frame has numbers and nothing speaks against them, shape (n,).

        `facs.analyze` gives no numbers where there is a reason, so of its recordings this is
        `seen`; arrays from elsewhere may have both.
        """
        return np.asarray(self.seen & (self.reasons == 0))

    def frames(self, rows: NDArray[Any] | slice) -> Person:
        """Make the same person in some of the frames: a mask (n,), their numbers, or a slice.

        Examples
        --------
        >>> from facs.absent import absent
        >>> len(absent(0, np.arange(3.0), (), ()).frames(np.array([True, False, True])))
        2
        """
        framed = {"times", *array_forms(0, (), ())} - {"on", "off"}
        return replace(self, **{name: getattr(self, name)[rows] for name in framed})

    def __repr__(self) -> str:
        active = self._most_active(2)
        return (
            f"<Person {self.track}: {int(self.seen.sum())} of {len(self)} frames scored, "
            f"{seconds_covered(self.times):.1f} s, "
            f"{'most active ' + ' '.join(active) if active else 'nothing active'}>"
        )

    def _most_active(self, count: int) -> list[str]:
        """Names of the units whose events have the most frames."""
        frames = np.array([self._frames_in(self.events(unit)) for unit in self.units])
        order = np.argsort(-frames, kind="stable")[:count]
        return [str(self.units[column]) for column in order if frames[column]]

    def _frames_in(self, events: list[Event]) -> int:
        first = np.searchsorted(self.times, [event.onset for event in events])
        last = np.searchsorted(self.times, [event.offset for event in events])
        return int((last - first + 1).sum())


def seconds_covered(times: NDArray[np.float64]) -> float:
    """Seconds from the first frame to the end of the last, which lasts as long as is usual.

    Examples
    --------
    >>> seconds_covered(np.array([0.0, 0.5, 1.0]))
    1.5
    """
    if len(times) < 2:
        return 0.0
    return float(times[-1] - times[0] + np.median(np.diff(times)))


def _check_side(side: str) -> None:
    if side not in SIDES:
        raise InputError(f"wanted 'left' or 'right' (the subject's own), got {side!r}")


def _position(unit: UnitLike, among: tuple[ActionUnit, ...]) -> int:
    try:
        return among.index(as_unit(unit))
    except ValueError:
        names = " ".join(map(str, among)) or "none"
        raise InputError(
            f"no {unit!s} in this recording{instead_of(unit)}; its units are: {names}"
        ) from None


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return one == other
