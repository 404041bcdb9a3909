"""ELAN's tiers as a coding: units by the names of tiers, or by what their annotations say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from facs.codes import parse_code
from facs.errors import InputError, MissingPackageError
from facs.evaluation.codings import CodedSpan, Coding, the_person
from facs.evaluation.unit_columns import in_order, read_name
from facs.events import NOT_SCORED
from facs.units import grade_of

__all__ = ["read_elan"]

_NEUTRAL: Final = re.compile(r"(?:AU)?0+", flags=re.IGNORECASE)


@dataclass(frozen=True)
class _Tier:
    """What a tier of ELAN says: of whom, of which units, when."""

    person: str
    names: tuple[str, ...]
    spans: list[CodedSpan]
    by_text: bool = False
    strange: tuple[str, ...] = ()


def read_elan(path: Path, person: str | None) -> Coding:
    """Read what one coder wrote of one person; see `facs.evaluation.codings_in.read_coding`."""
    document = _open_elan(path)
    rows = {name: _annotations(document, name) for name in document.get_tier_names()}
    # Where tiers are named as units, one of bare numbers counts trials.
    named = any(read_name(_split(name)[1]) for name in rows)
    read = {name: _read_tier(name, found, numbers=not named) for name, found in rows.items()}
    tiers = [tier for tier in read.values() if tier is not None]
    chosen = the_person(path, {tier.person for tier in tiers}, person)
    own = [tier for tier in tiers if tier.person == chosen]
    names = in_order(name for tier in own for name in tier.names)
    if not names:
        raise InputError(f"{path}: wanted tiers such as AU12 or child_AU12, got {', '.join(rows)}")
    strange = sorted(name for name, tier in read.items() if tier is None and rows[name])
    texts = sorted(name for name, tier in read.items() if tier is not None and tier.by_text)
    lost = [
        f"{name}: {_said(tier.strange)}" for name, tier in read.items() if tier and tier.strange
    ]
    told = {"ignored, no units": strange, "read by what they say": texts, "left out": lost}
    notes = tuple(f"{path.name}: {said}: {', '.join(some)}" for said, some in told.items() if some)
    return Coding(str(path), names, tuple(span for t in own for span in t.spans), notes=notes)


def _open_elan(path: Path) -> Any:
    try:
        from pympi import Eaf
    except ImportError:
        raise MissingPackageError.of("pympi-ling", "annotations", "an .eaf file") from None
    if not path.is_file():
        raise InputError(f"there is no file at {path}")
    try:
        return Eaf(str(path), suppress_version_warning=True)
    except Exception as error:  # pympi raises what its parser happens to meet
        raise InputError(
            f"{path}: wanted annotations of ELAN, cannot read them: {error}"
        ) from error


_Rows = list[tuple[float, float, str]]


def _annotations(document: Any, name: str) -> _Rows:
    """Annotations of a tier that have times of their own, in seconds."""
    rows = document.get_annotation_data_for_tier(name)
    return [
        (row[0] / 1000, row[1] / 1000, (row[2] or "").strip())
        for row in rows
        if row[0] is not None and row[1] is not None
    ]


def _read_tier(name: str, rows: _Rows, *, numbers: bool) -> _Tier | None:
    """A tier by its name (``child_AU12``), or by annotations that are codes (``12C``, ``1+2``).

    None where it is about something else; `numbers` says whether bare numbers are codes.
    """
    person, label = _split(name)
    if label == NOT_SCORED:
        return _Tier(person, (), [CodedSpan("", start, end) for start, end, _ in rows])
    unit = read_name(label)
    if unit is not None:
        own = f"AU{unit.unit}"
        shown = [(a, b, text) for a, b, text in rows if _codes(text) != []]
        return _Tier(person, (own,), [CodedSpan(own, a, b, _intensity(t)) for a, b, t in shown])
    return _read_texts(person, rows, numbers)


def _read_texts(person: str, rows: _Rows, numbers: bool) -> _Tier | None:
    """A tier whose annotations are codes: most of them or, if they are bare numbers, all."""
    coded = [(start, end, _codes(text)) for start, end, text in rows]
    spans = [CodedSpan(n, a, b, grade) for a, b, codes in coded for n, grade in codes or ()]
    known = [text for (*_, text), (*_, codes) in zip(rows, coded, strict=True) if codes is not None]
    if not spans or 2 * len(known) <= len(rows):
        return None
    bare = all(text.isdigit() for text in known)
    if bare and not (numbers and all(codes for *_, codes in coded)):
        return None
    strange = tuple(f"{text!r} at {start:.1f} s" for start, _, text in rows if text not in known)
    return _Tier(person, in_order(span.name for span in spans), spans, True, strange)


def _said(strange: tuple[str, ...]) -> str:
    """How many annotations are no codes, and the first of them.

    Examples
    --------
    >>> _said(("'T23' at 10.0 s",))
    "1 annotation is no code: 'T23' at 10.0 s"
    """
    count = "1 annotation is no code" if len(strange) == 1 else f"{len(strange)} are no codes"
    return f"{count}: {strange[0]}"


def _split(tier: str) -> tuple[str, str]:
    """``child_AU12_left`` into child and AU12_left.

    Examples
    --------
    >>> _split("child_AU12_left"), _split("12"), _split("coder 2_not_scored"), _split("coder_2")
    (('child', 'AU12_left'), ('', '12'), ('coder 2', 'not_scored'), ('', 'coder_2'))
    """
    parts = tier.split("_")
    for count in range(len(parts)):
        label = "_".join(parts[count:])
        # After a name a bare number is not yet a unit: coder_2 is somebody.
        named = read_name(label) is not None and ("AU" in label.upper() or not count)
        if label == NOT_SCORED or named:
            return "_".join(parts[:count]), label
    return "", tier


def _codes(text: str) -> list[tuple[str, float]] | None:
    """Units and intensities of ``1C+2C``, none of ``0``; None where a part is no code.

    Examples
    --------
    >>> _codes("L12C+25")
    [('AU12', 3.0), ('AU25', nan)]
    >>> _codes("0"), _codes("smiles") is None
    ([], True)
    """
    if _NEUTRAL.fullmatch(text.strip()):
        return []
    try:
        codes = [parse_code(part) for part in re.split(r"[+,;\s]+", text.strip())]
    except InputError:
        return None
    if not all(code.number for code in codes):  # 0 is said alone
        return None
    return [(f"AU{code.number}", code.strength) for code in codes]


def _intensity(text: str) -> float:
    """Of ``C``, ``12C`` or ``L12C``; NaN where there is no letter."""
    codes = _codes(text)
    return codes[0][1] if codes else grade_of(text)
