"""`explain`: where in a face a unit was seen.

What a map shows is where the model looks, not whether it is right. Adebayo and others, "Sanity
checks for saliency maps" (2018), show that some maps hardly depend on what was learned;
`benchmarks/saliency.py` repeats their check and others on these.
"""

from __future__ import annotations

from math import nan
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.crops.mask import ellipse
from facs.errors import InputError, NoFramesError
from facs.explaining.explanation import ASKED, METHODS, Explanation
from facs.explaining.moment import Moment, find_moment, read_moment, source_of
from facs.explaining.opened import Opened, open_stream
from facs.files import sha256_of
from facs.network.spec import STREAMS, ModelSpec
from facs.network.weights import files_of
from facs.pipeline import analyze
from facs.recording import Recording
from facs.units import SIDES, ActionUnit, UnitLike, as_unit, column

__all__ = ["explain"]

Floats = NDArray[np.float32]
Picture = NDArray[Any]

BEFORE: Final = 1.0
"""Seconds before a time from which a video is analysed that has not been yet."""

AFTER: Final = 0.5

BLANK: Final = 128
"""Grey level of the face without content; any is the same, as the mean is taken out."""


def explain(
    source: Any,
    unit: UnitLike,
    *,
    side: str | None = None,
    time: float | None = None,
    person: int | None = None,
    video: Any = None,
    method: str = "differences",
    stream: str = "spatial",
    model: str | Path | None = None,
    check: bool = True,
) -> Explanation:
    """Say where in a face the evidence for a unit lies, at one moment.

    Parameters
    ----------
    source : Recording, or anything that `facs.analyze` takes
        What is no recording is analysed first, around `time`.
    unit : ActionUnit, int or str
    side : str, optional
        ``"left"``, ``"right"`` (the subject's own) or ``"both"``. By default the sides on which
        the unit is shown, and the stronger one where it is on neither.
    time : float, seconds, optional
        The nearest frame is taken; by default the one in which the unit is strongest.
    person : int, optional
        By default the one who shows it most.
    video : path or array, optional
        The source of a recording, where it does not lie here under its name.
    method : str
        ``"differences"``: how much the score changes when a place becomes a little lighter or
        darker (the gradient, by finite differences). ``"occlusion"``: how far the score
        falls when a place is blurred away; what looks the same when it is hidden, as a
        closed eye does, does not show. ``"gradient"``: the gradient itself. ``"gradcam"``: feature
        maps of the last convolution, coarse. The first two need no torch and take any
        model, the last two need ``facs[train]`` and no model in eight bits.
    stream : str
        ``"spatial"``, the picture, or ``"temporal"``, the motion around it.
    model : str or Path, optional
        By default what measured the recording.
    check : bool
        Whether to compare with the map of a face without content (`Explanation.blank`), which
        takes as long again.

    Returns
    -------
    Explanation

    Raises
    ------
    InputError
        If an argument has another form, or there are no numbers at that moment.
    VideoError
        If the video cannot be read.
    ModelError
        If there is no such model, or the method cannot be used with it.
    MissingPackageError
        If the method needs a package that is not installed.

    Examples
    --------
    >>> explain("examples/synthetic_face.mp4", "AU12", time=1.4)   # doctest: +SKIP
    <Explanation of AU12 (both) at 1.40 s: differences, probability 0.98>
    """
    _check(side, method, stream)
    wanted = as_unit(unit)
    if isinstance(source, Recording):
        recording, picture = source, source_of(source) if video is None else video
    else:
        recording, picture = _analysed(source, time, stream, model), source
    network = open_stream(_model_of(recording, model), stream)
    if wanted not in network.spec.units:
        raise InputError(f"no {wanted} in {network.spec.name}; see facs models")
    who, row = find_moment(recording, wanted, person, time)
    motion = stream == "temporal"
    moment = read_moment(recording, picture, who, row, network.spec, motion=motion)
    return _explained(network, moment, wanted, side, method, check)


def _check(side: str | None, method: str, stream: str) -> None:
    for name, value, known in (
        ("side", side, (None, *ASKED)),
        ("method", method, METHODS),
        ("stream", stream, STREAMS),
    ):
        if value not in known:
            raise InputError(f"wanted {name} of {known}, got {value!r}")


def _analysed(source: Any, time: float | None, stream: str, model: Any) -> Recording:
    motion = stream == "temporal"
    if time is None:
        return analyze(source, model=model, motion=motion)
    wanted = f"wanted a time at which the film has a frame, got {time:g} s"
    if time + AFTER <= 0:
        raise InputError(f"{wanted}: times count from 0")
    try:
        return analyze(source, model=model, start=time - BEFORE, stop=time + AFTER, motion=motion)
    except NoFramesError as error:
        raise InputError(f"{wanted}: {error}") from error


def _model_of(recording: Recording, model: str | Path | None) -> str | Path | None:
    """The model that was asked for, or that measured the recording, if its weights are here."""
    info = recording.model
    if model is not None or info is None:
        return model
    if info.sha256 and sha256_of(files_of(info.name).spatial) != info.sha256:
        raise InputError(
            f"{recording.source} was measured by other weights than {info.name} here: pass model="
        )
    return info.name


def _explained(
    network: Opened, moment: Moment, unit: ActionUnit, side: str | None, method: str, check: bool
) -> Explanation:
    crop = moment.clip.crop
    seen = _seen(network, moment)
    presence = network.presence(crop, seen)
    chosen, columns = _columns(network.spec, unit, side, presence)
    mapper = network.mapper(method, seen)
    raw, hidden = mapper(seen, columns)
    return Explanation(
        map=_in_unit(raw),
        unit=unit,
        side=chosen,
        method=method,
        stream=network.explained.spec.stream,
        score=float(presence[columns].max()),
        hidden=nan if hidden is None else float(network.presence(crop, hidden)[columns].max()),
        blank=_likeness(raw, mapper(_blank(seen), columns)[0]) if check else nan,
        track=moment.person.track,
        time=moment.time,
        crop=crop,
        matrix=moment.matrix,
        size=(moment.image.shape[1], moment.image.shape[0]),
    )


def _seen(network: Opened, moment: Moment) -> Picture:
    """What the explained stream sees."""
    if network.temporal is None:
        return moment.clip.crop
    if moment.clip.flow is None:
        raise InputError(
            f"the motion at {moment.time:.3f} s is not known: the face was not seen for "
            f"{network.spec.half_window:.2f} s before and after it; choose stream='spatial'"
        )
    return moment.clip.flow


def _columns(
    spec: ModelSpec, unit: ActionUnit, side: str | None, presence: Floats
) -> tuple[str | None, list[int]]:
    """Which side, and the columns that stand for it."""
    place = {name: i for i, name in enumerate(spec.columns)}
    if not unit.sided:
        if side is not None:
            raise InputError(f"{unit} has no sides, got side={side!r}")
        return None, [place[str(unit)]]
    at: dict[str, int] = {name: place[column(unit, name)] for name in SIDES}
    if side is None:
        on = spec.on[spec.units.index(unit)]
        shown = [name for name in at if presence[at[name]] >= on]
        side = "both" if len(shown) == 2 else max(at, key=lambda name: float(presence[at[name]]))
    return side, list(at.values()) if side == "both" else [at[side]]


def _in_unit(raw: Floats) -> Floats:
    most = float(raw.max())
    return raw / most if most > 0 else np.zeros_like(raw)


def _blank(seen: Picture) -> Picture:
    """A face without content: grey, or still."""
    return np.full_like(seen, BLANK) if seen.ndim == 2 else np.zeros_like(seen)


def _likeness(one: Floats, other: Floats) -> float:
    """Correlation of two maps inside the ellipse; NaN where one of them is flat."""
    inside = ellipse(len(one)) > 0
    a, b = one[inside], other[inside]
    return float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else nan
