"""The README for whoever puts the files into an app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Final

from facs.apps.description import APP_KEY
from facs.events import HOLE, HOLE_FRAMES
from facs.faces.quality import QualityLimits
from facs.network.spec import ModelSpec

__all__ = ["ExportedFile", "readme"]

_TEMPORAL_IN: Final = """\
- **temporal**, `flow`: float32, shape (batch, {planes}, {size}, {size}), crop widths per second:
  {slots} slots of {ms:.1f} ms, half of them before the frame and half after, for each the motion
  rightwards and downwards. `flow` says how it is computed. Without it the spatial stream speaks
  alone.
"""

_TEMPORAL_OUT: Final = (
    " With both streams, first `s = (1 - fusion[c]) * spatial + fusion[c] * temporal`, then "
    "`calibration.fused`."
)


@dataclass(frozen=True)
class ExportedFile:
    """One ONNX file of an export.

    Parameters
    ----------
    name : str
    stream : str
        ``"spatial"`` or ``"temporal"``.
    precision : str
    opset : int
    size : int, bytes
    sha256 : str
    """

    name: str
    stream: str
    precision: str
    opset: int
    size: int
    sha256: str


def readme(spec: ModelSpec, exported: Sequence[ExportedFile], json_name: str) -> str:
    """Write what a consumer has to know, in words; `json_name` holds it in numbers."""
    rows = [
        f"| `{f.name}` | {f.stream} | {f.precision} | {f.size:,} | `{f.sha256}` |" for f in exported
    ]
    moves = any(f.stream == "temporal" for f in exported)
    motion = _TEMPORAL_IN.format(
        planes=2 * spec.slots,
        size=spec.crop_size,
        slots=spec.slots,
        ms=1000 * spec.slot_seconds,
    )
    limits = QualityLimits()
    text = Template((files("facs.apps") / "consumer.md").read_text(encoding="utf-8"))
    return text.substitute(
        name=spec.name,
        version=spec.version,
        licence=spec.licence,
        training=spec.training,
        count=len(spec.units),
        columns=len(spec.columns),
        size=spec.crop_size,
        opset=max(f.opset for f in exported),
        files="\n".join(rows),
        json=json_name,
        key=APP_KEY,
        width=f"{limits.min_width:.0f}",
        yaw=f"{limits.max_yaw:.0f}",
        hole=f"{HOLE:g}",
        medians=HOLE_FRAMES,
        temporal_in=motion if moves else "",
        temporal_out=_TEMPORAL_OUT if moves else "",
    )
