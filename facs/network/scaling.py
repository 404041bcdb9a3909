"""Constants of what the streams do to their inputs first; they are part of every weights file."""

from __future__ import annotations

from typing import Final

__all__ = ["CONTRAST_FLOOR", "EDGE", "FLOW_GAIN", "FLOW_LIMIT"]

CONTRAST_FLOOR: Final = 8.0
"""Grey levels added to a crop's spread, so that a flat crop is not blown up to noise."""

FLOW_GAIN: Final = 4.0
"""Crop widths per second to network units: a quick smile, 0.25 widths/s, becomes 1."""

FLOW_LIMIT: Final = 6.0
"""Network units at which flow is cut off: faster is noise, or a cut in the film."""

EDGE: Final = 1 / 28
"""Share of a crop at each edge (4 of 112 pixels): with so much more around it a face is seen at
0.93 of its size, with so much less at 1.08 (docs/decisions/0022-two-sizes.md)."""
