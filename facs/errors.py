"""What can go wrong.

Every error says what was wanted, what came and what to do, and is also the
built-in error that a caller would expect::

    FacsError
    |-- InputError (ValueError)                 an argument has the wrong form
    |   `-- NoFramesError                       no frame lies in the seconds that were asked for
    |-- VideoError (OSError)                    a source of frames cannot be used
    |   |-- VideoNotFoundError (FileNotFoundError)
    |   |-- UnreadableVideoError                no picture can be decoded from it
    |   `-- CameraError                         the camera does not answer
    |-- OutputError (OSError)                   a result cannot be written
    |-- ModelError (ValueError)                 a file is not a model of ours
    |-- RecordingError (ValueError)             a file is not a recording of ours
    |-- ProfileError (ValueError)               a person's file (profile, baseline) cannot be used
    |-- WorkFailed, in facs.web.process         the server's worker could not do what it was asked
    `-- MissingPackageError (ImportError)       an optional package is needed

A face that is not there is not an error: it is an empty result. Neither is a metric that
cannot be defined: it is NaN, with an `UndefinedMetricWarning`.
"""

from __future__ import annotations

__all__ = [
    "CameraError",
    "FacsError",
    "InputError",
    "MissingPackageError",
    "ModelError",
    "NoFramesError",
    "OutputError",
    "ProfileError",
    "RecordingError",
    "UndefinedMetricWarning",
    "UnreadableVideoError",
    "VideoError",
    "VideoNotFoundError",
]


class FacsError(Exception):
    """Root of every error that this library raises on purpose."""


class InputError(FacsError, ValueError):
    """An argument has the wrong form; the message says the wanted form and what came."""


class NoFramesError(InputError):
    """The source has frames, but none in the seconds that were asked for."""


class VideoError(FacsError, OSError):
    """A source of frames cannot be used."""


class VideoNotFoundError(VideoError, FileNotFoundError):
    """There is nothing at the path."""


class UnreadableVideoError(VideoError):
    """Not a single picture can be decoded from the source."""


class CameraError(VideoError):
    """The camera is absent, busy or silent."""


class OutputError(FacsError, OSError):
    """A result cannot be written where it was asked for."""


class ModelError(FacsError, ValueError):
    """A file is not a model that this library can run."""


class RecordingError(FacsError, ValueError):
    """A file is not a recording that this library can read."""


class ProfileError(FacsError, ValueError):
    """A file about a person (her profile, her baseline) cannot be used; the message says where."""


class MissingPackageError(FacsError, ImportError):
    """An optional package is needed; the message names the extra that brings it."""

    @classmethod
    def of(cls, package: str, extra: str, purpose: str) -> MissingPackageError:
        """Compose the message for `package`, which ``facs[extra]`` installs.

        Examples
        --------
        >>> str(MissingPackageError.of("pandas", "tables", "to_pandas"))
        "to_pandas needs the package pandas: pip install 'facs[tables]'"
        """
        return cls(f"{purpose} needs the package {package}: pip install 'facs[{extra}]'")


class UndefinedMetricWarning(UserWarning):
    """A metric cannot be computed from what there is, and is NaN; the message says why."""
