"""What ``facs serve`` was asked for: limits, and how long it keeps what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path

from facs.errors import InputError

__all__ = ["ServeOptions", "is_loopback"]

EXAMPLES = Path(str(files("facs.web"))) / "examples"


@dataclass(frozen=True)
class ServeOptions:
    """How to serve.

    Parameters
    ----------
    folder : Path, optional
        Where results that are kept outlive the server; without it everything lies in a
        temporary folder that goes when the server stops.
    examples : Path
        Folder of videos that the page offers.
    model : str, optional
        A shipped name, or the path of an ONNX file.
    workers : int
        Videos that are analysed at once.
    waiting : int
        Videos that may wait or be on their way; more are refused.
    max_bytes : int
        Size of one upload.
    max_total_bytes : int
        Size of everything that is kept at once.
    max_seconds : float
        Length of one video.
    max_pixels : int
        Size of its pictures.
    worker_bytes : int
        Memory that one analysis may take, where the system can limit it.
    keep_seconds : float
        Results are deleted after this, unless somebody keeps them.
    token : str, optional
        Who submits has to know it; results are known by their unguessable address. Any text
        that one can see, without blanks around it.
    names : tuple of str
        Names by which the server may be asked, beside ``localhost`` and any IP address.

    Raises
    ------
    InputError
        If a limit is not positive, the token is none, or the folder of the examples is missing.

    Examples
    --------
    >>> ServeOptions(max_bytes=10**6).max_seconds
    600.0
    """

    folder: Path | None = None
    examples: Path = EXAMPLES
    model: str | None = None
    workers: int = 1
    waiting: int = 32
    max_bytes: int = 500_000_000
    max_total_bytes: int = 10_000_000_000
    max_seconds: float = 600.0
    max_pixels: int = 50_000_000
    worker_bytes: int = 4 * 2**30
    keep_seconds: float = 3600.0
    token: str | None = None
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse limits that nothing fits into."""
        for name in (
            *("workers", "waiting", "max_bytes", "max_total_bytes", "max_seconds"),
            *("max_pixels", "worker_bytes", "keep_seconds"),
        ):
            if not getattr(self, name) > 0:
                raise InputError(f"wanted {name} > 0, got {getattr(self, name)}")
        if not self.examples.is_dir():
            raise InputError(f"wanted a folder of examples, got {self.examples}")
        if self.token is not None and not _can_be_sent(self.token):
            raise InputError(
                f"wanted a token of letters, digits or signs, got {self.token!r}: "
                "choose another, or leave it out"
            )


def _can_be_sent(token: str) -> bool:
    """Whether it is there at all, and arrives as it was: a header loses blanks at its ends."""
    return token != "" and token.isprintable() and token == token.strip()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server at `host`.

    Examples
    --------
    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "")]
    [True, True, True, False, False]
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
