"""Write the files of a model for apps."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from facs.apps.contents import Content, Source, contents, facts_of, open_source
from facs.apps.example import example
from facs.apps.readme import LICENCE, README, readme
from facs.errors import InputError, OutputError
from facs.files import atomic
from facs.network.backends import OnnxStream, Stream

__all__ = ["EXAMPLE", "MANIFEST", "PRECISIONS", "export_model", "left_over"]

PRECISIONS: Final = ("fp32", "fp16", "int8")

MANIFEST: Final = "model.json"
"""Name of the file that says everything in numbers."""

EXAMPLE: Final = "example.json"
"""Name of the file by which an app finds out whether it computes the same."""


def export_model(
    model: str | Path | None,
    folder: str | os.PathLike[str],
    precisions: Sequence[str] = PRECISIONS,
) -> list[Path]:
    """Write a model's ONNX files, what they want and give as JSON, an example, and a README.

    Everything is made before the first file is written.

    Parameters
    ----------
    model : str or Path, optional
        A shipped name, or the path of a ``...-spatial.onnx`` file.
    folder : path
        Is made if it is not there.
    precisions : sequence of str
        Of ``"fp32"``, ``"fp16"`` (weights stored in half) and ``"int8"``; the last takes a model
        whose ``...-int8-spatial.onnx`` lies beside it.

    Returns
    -------
    list of Path
        ``NAME-PRECISION-STREAM.onnx``, ``model.json``, ``example.json``, ``README.md`` and, of
        a model under the MIT licence, ``LICENSE``.

    Raises
    ------
    ModelError
        If there is no such model, its files do not belong together, or it is not there in a
        precision that was asked for.
    InputError
        If a precision is none.
    MissingPackageError
        If the package onnx is not installed.
    OutputError
        If the folder cannot be written to, or has a file of one of these names (but for
        ``.onnx``) that no earlier export has written.

    Examples
    --------
    >>> import tempfile
    >>> [path.name for path in export_model(None, tempfile.mkdtemp(), ["fp16"])][2:]
    ['model.json', 'example.json', 'README.md', 'LICENSE']
    """
    _check(precisions)
    source = open_source(model, precisions)
    target = Path(folder)
    _refuse_strangers(target, [MANIFEST, EXAMPLE, README, *_licence(source)])
    facts = facts_of(source)
    made = list(contents(source, precisions, facts))
    texts = _texts(source, facts, made)
    _make(target)
    data = {content.file.name: content.data for content in made}
    data |= {name: text.encode("utf-8") for name, text in texts.items()}
    for name, content in data.items():
        with atomic(target / name) as path:
            path.write_bytes(content)
    return [target / name for name in data]


def left_over(exported: Sequence[Path]) -> list[Path]:
    """ONNX files of earlier exports beside those of this one, whose ``model.json`` has them not."""
    return sorted(set(exported[0].parent.glob("*.onnx")) - set(exported))


def _check(precisions: Sequence[str]) -> None:
    unknown = [p for p in precisions if p not in PRECISIONS]
    if unknown or not precisions:
        raise InputError(f"wanted precisions of {PRECISIONS}, got {unknown or 'none'}")


def _refuse_strangers(folder: Path, names: Sequence[str]) -> None:
    """A README that somebody wrote is hers; one of an earlier export is listed in its manifest."""
    known = _written_before(folder)
    strange = [name for name in names if os.path.lexists(folder / name) and name not in known]
    if strange:
        raise OutputError(
            f"cannot write to {folder}: its {', '.join(strange)} was not written by facs export; "
            "name another folder, or move it away"
        )


def _written_before(folder: Path) -> Sequence[str]:
    """Names of the texts of an earlier export; none where ``model.json`` is not one of ours."""
    try:
        known = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()
    if not isinstance(known, dict) or not {"files", "canonical", "calibration"} <= set(known):
        return ()
    beside = known.get("beside", [README])  # exports of facs-11 and before wrote no more
    return [MANIFEST, *beside] if isinstance(beside, list) else ()


def _licence(source: Source) -> dict[str, str]:
    """The text of the licence under its name, if it is ours to give."""
    if source.spec.licence != "MIT":
        return {}
    return {LICENCE: (files("facs.apps") / "mit.txt").read_text(encoding="utf-8")}


def _texts(source: Source, facts: dict[str, Any], made: Sequence[Content]) -> dict[str, str]:
    """Everything that is written beside the ONNX files, by name."""
    exported = [content.file for content in made]
    licence = _licence(source)
    manifest = {
        "opset": exported[0].opset,
        "files": [asdict(file) for file in exported],
        "beside": [EXAMPLE, README, *licence],
        **facts,
    }
    with tempfile.TemporaryDirectory() as folder:
        shown = example(source.spec, _opened(made, Path(folder)))
    return {
        MANIFEST: json.dumps(manifest, indent=1) + "\n",
        EXAMPLE: json.dumps(shown) + "\n",
        README: readme(source, exported, has_licence=bool(licence)),
        **licence,
    }


def _opened(made: Sequence[Content], folder: Path) -> Mapping[str, tuple[Stream, Stream | None]]:
    """The streams of each precision, as an app gets them."""
    streams: dict[tuple[str, str], Stream] = {}
    for content in made:
        path = folder / content.file.name
        path.write_bytes(content.data)
        streams[content.file.precision, content.file.stream] = OnnxStream(path)
    precisions = dict.fromkeys(content.file.precision for content in made)
    return {p: (streams[p, "spatial"], streams.get((p, "temporal"))) for p in precisions}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from error
