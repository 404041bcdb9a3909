"""The README for whoever puts the files into an app."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from string import Template
from typing import Final

from facs._version import __version__
from facs.apps.contents import Source
from facs.apps.description import APP_KEY
from facs.apps.exported import ExportedFile
from facs.faces.quality import QualityLimits
from facs.holes import HOLE, HOLE_FRAMES
from facs.network.spec import ModelSpec
from facs.network.weights import shipped

__all__ = ["LICENCE", "README", "readme"]

_TEMPORAL_IN: Final = """\
- **temporal**, `flow`: float32, shape (batch, {planes}, {size}, {size}), crop widths per second:
  {slots} slots of {ms:.1f} ms, half of them before the frame and half after, for each the motion
  rightwards and downwards. It is the flow of OpenCV's `calcOpticalFlowFarneback(before, after,
  None, *parameters, flags=0)` between neighbouring crops, on the pixels of the earlier one, divided
  by {size} and by the seconds between both; `flow` has the parameters, the window, and how it is
  computed in detail; another method gives other probabilities. Without motion the spatial stream
  speaks alone.
"""

_TEMPORAL_OUT: Final = (
    " With both streams, first `s = (1 - fusion[c]) * spatial + fusion[c] * temporal`, in a film "
    "the mean over the frames around (`calibration.steady`), then `calibration.fused`."
)


_ADAPTED: Final = """
**These weights were adapted to one person** (from {from}, by {method}). They are hers: no better
for others, and what her face does at rest can be read out of them. Ask her, or who speaks for her,
before you pass them on.
"""

LICENCE: Final = "LICENSE"
README: Final = "README.md"

_SAME: Final = "and the scores are those of `fp32`"
_ROUNDED: Final = (
    "and the scores are those of `fp32` but for some thousandths: weights were rounded"
)


def readme(source: Source, exported: Sequence[ExportedFile], *, has_licence: bool) -> str:
    """Write in words what a consumer has to know; ``model.json`` holds it in numbers.

    Parameters
    ----------
    source : Source
    exported : sequence of ExportedFile
    has_licence : bool
        Whether the text of the licence lies beside it.
    """
    spec, limits = source.spec, QualityLimits()
    rows = [
        f"| `{f.name}` | {f.stream} | {f.precision} | {f.size:,} | `{f.sha256}` |" for f in exported
    ]
    moves = any(f.stream == "temporal" for f in exported)
    text = Template((files("facs.apps") / "consumer.md").read_text(encoding="utf-8"))
    return text.substitute(
        name=spec.name,
        version=spec.version,
        licence=f"{spec.licence} (`{LICENCE}`)" if has_licence else spec.licence,
        training=spec.training,
        adapted=_ADAPTED.format(**source.adapted) if source.adapted else "",
        card=_card(source),
        count=len(spec.units),
        columns=len(spec.columns),
        size=spec.crop_size,
        opset=max(f.opset for f in exported),
        files="\n".join(rows),
        halves=_SAME if source.halves else _ROUNDED,
        key=APP_KEY,
        width=f"{limits.min_width:.0f}",
        yaw=f"{limits.max_yaw:.0f}",
        pitch=f"{limits.max_pitch:.0f}",
        hole=f"{HOLE:g}",
        medians=HOLE_FRAMES,
        temporal_in=_motion(spec) if moves else "",
        temporal_out=_TEMPORAL_OUT if moves else "",
    )


def _motion(spec: ModelSpec) -> str:
    return _TEMPORAL_IN.format(
        planes=2 * spec.slots,
        size=spec.crop_size,
        slots=spec.slots,
        ms=1000 * spec.slot_seconds,
    )


def _card(source: Source) -> str:
    """Where a model's card is: those of shipped models lie in the sources of this library."""
    name = source.spec.name if source.adapted is None else source.adapted["from"].partition(" ")[0]
    if name in shipped():
        return f"the model card, `docs/models/{name}.md` in the sources of facs {__version__}"
    return "the model card of whoever trained it"
