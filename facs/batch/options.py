"""What is to be done with every video of a batch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from facs._version import __version__
from facs.errors import InputError
from facs.outputs.plan import OutputPlan, as_formats, part_name
from facs.pipeline import AnalyzeOptions

__all__ = ["BatchOptions"]


@dataclass(frozen=True)
class BatchOptions:
    """How to analyse every video, and what to write of each.

    Parameters
    ----------
    formats : tuple of str, or one
        Of `facs.outputs.plan.FORMATS`.
    events, overlay, plot : bool
        As for `facs.outputs.plan.OutputPlan`.
    model : str, optional
        A shipped name, or the path of an ONNX file.
    analyze : AnalyzeOptions
        Without a rate: videos have their own times.
    jobs : int
        Processes on this machine.
    patience : float, seconds
        A process that decodes no frame for so long is ended, and its video has failed.

    Examples
    --------
    >>> options = BatchOptions(formats=("csv", "facs"), jobs=2)
    >>> BatchOptions.from_plain(options.plain()) == options
    True
    >>> options.plan(Path("out"), "a/x").paths["csv"].as_posix()
    'out/a/x.csv'
    """

    formats: tuple[str, ...] = ("csv",)
    events: bool = False
    overlay: bool = False
    plot: bool = False
    model: str | None = None
    analyze: AnalyzeOptions = field(default_factory=AnalyzeOptions)
    jobs: int = 1
    patience: float = 600.0

    def __post_init__(self) -> None:
        """Refuse what no batch can do."""
        object.__setattr__(self, "formats", as_formats(self.formats))
        if self.jobs < 1:
            raise InputError(f"wanted jobs >= 1, got {self.jobs}")
        if not self.patience > 0:
            raise InputError(f"wanted patience > 0 seconds, got {self.patience}")
        if self.analyze.rate is not None:
            raise InputError("wanted no rate: the videos of a batch have their own times")
        self.plan(Path(), "x")  # refuses unknown formats

    def plan(self, out: Path, name: str, staging: Path | None = None) -> OutputPlan:
        """What is written of the video called `name`, which may begin with folders."""
        target = out / name
        return OutputPlan(
            target.parent,
            part_name(target.name, self.analyze.start, self.analyze.stop),
            self.formats,
            self.events,
            self.overlay,
            self.plot,
            staging=staging,
        )

    def plain(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> BatchOptions:
        """Read what `plain` gave."""
        changed = {
            "formats": tuple(data["formats"]),
            "analyze": AnalyzeOptions(**data["analyze"]),
        }
        return cls(**data | changed)

    def how(self, checksums: dict[str, str]) -> dict[str, Any]:
        """Everything that a result depends on beside its video.

        Parameters
        ----------
        checksums : dict of str
            SHA-256 of the model's files, by name.
        """
        said = self.plain()
        return {
            "facs": __version__,
            "model": checksums,
            "analyze": {k: v for k, v in said["analyze"].items() if k not in _INDIFFERENT},
            "outputs": sorted({*self.formats} | {k for k in _ALSO if getattr(self, k)}),
        }


_INDIFFERENT = ("rate", "batch", "threads")
"""Of `AnalyzeOptions`: what changes nothing in the results of a video."""

_ALSO = ("events", "overlay", "plot")
