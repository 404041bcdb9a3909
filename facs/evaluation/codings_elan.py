"""ELAN's tiers as a coding: units by the names of tiers, or by what their annotations say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from facs.errors import InputError, MissingPackageError
from facs.evaluation.coder_words import codes_of
from facs.evaluation.codings import CodedSpan, Coding, the_person
from facs.evaluation.codings_tier import Rows, UnitTier, has_grades, quoted
from facs.evaluation.unit_columns import in_order, read_name
from facs.events import NOT_SCORED

__all__ = ["read_elan"]


@dataclass(frozen=True)
class _Tier:
    """What a tier of ELAN says: of whom, of which units, when."""

    person: str
    names: tuple[str, ...]
    spans: list[CodedSpan]
    by_text: bool = False
    lost: str = ""
    taken: tuple[str, ...] = ()
    by_numbers: bool = False


def read_elan(path: Path, person: str | None) -> Coding:
    """Read what one coder wrote of one person; see `facs.evaluation.codings_in.read_coding`."""
    document = _open_elan(path)
    media, said = _media(document)
    rows = {name: _annotations(document, name, media.offset) for name in document.get_tier_names()}
    read = _read_tiers(rows)
    tiers = [tier for tier in read.values() if tier is not None]
    chosen = the_person(path, {tier.person for tier in tiers}, person)
    own = [tier for tier in tiers if tier.person == chosen]
    names = in_order(name for tier in own for name in tier.names)
    if not names:
        raise InputError(f"{path}: wanted tiers such as AU12 or child_AU12, got {', '.join(rows)}")
    notes = tuple(f"{path.name}: {note}" for note in (*said, *_notes(rows, read)))
    return Coding(str(path), names, tuple(span for t in own for span in t.spans), notes=notes)


def _read_tiers(rows: dict[str, Rows]) -> dict[str, _Tier | None]:
    units = {name: read_name(_split(name)[1]) for name in rows}
    # Where tiers are named as units, one of bare numbers counts trials.
    named = any(units.values())
    # One who writes intensities as numbers may have a unit of which all are 1.
    graded = any(unit and has_grades(unit, rows[name]) for name, unit in units.items())
    return {
        name: _read_tier(name, found, numbers=not named, graded=graded)
        for name, found in rows.items()
    }


def _notes(rows: dict[str, Rows], read: dict[str, _Tier | None]) -> list[str]:
    """What was not read as it stands, each with the names of its tiers."""
    known = {name: tier for name, tier in read.items() if tier is not None}
    said = {
        "ignored, no units": sorted(name for name in read.keys() - known if rows[name]),
        "read by what they say": sorted(name for name, tier in known.items() if tier.by_text),
        "left out": [f"{name}: {tier.lost}" for name, tier in known.items() if tier.lost],
        "numbers are intensities": sorted(n for n, tier in known.items() if tier.by_numbers),
        "taken as there": [f"{name}: {_some(t.taken)}" for name, t in known.items() if t.taken],
    }
    return [f"{what}: {', '.join(some)}" for what, some in said.items() if some]


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


class _Medium(NamedTuple):
    """A file that ELAN plays, and at which of its seconds the annotations begin."""

    name: str
    offset: float


def _media(document: Any) -> tuple[_Medium, list[str]]:
    """The video by whose clock times are read, and what is to be said of its clock.

    ELAN lines up media by offsets: at time 0 of the annotations each is at its own
    ``TIME_ORIGIN``.
    """
    listed = sorted(
        document.media_descriptors,
        key=lambda found: not (found.get("MIME_TYPE") or "").startswith("video"),
    )
    media = [
        _Medium(
            PurePath(found.get("MEDIA_URL") or "the video").name,
            float(found.get("TIME_ORIGIN") or 0) / 1000,
        )
        for found in listed
    ] or [_Medium("", 0.0)]
    chosen = media[0]
    if len({medium.offset for medium in media}) > 1:
        others = ", ".join(f"{m.name} {m.offset:g} s" for m in media[1:])
        return chosen, [
            f"times are those of {chosen.name}, offset {chosen.offset:g} s; there are {others}"
        ]
    if not chosen.offset:
        return chosen, []
    return chosen, [f"times are those of {chosen.name}, whose offset is {chosen.offset:g} s"]


def _annotations(document: Any, name: str, offset: float) -> Rows:
    """Annotations of a tier that have times of their own, in seconds of the video."""
    rows = document.get_annotation_data_for_tier(name)
    return [
        (row[0] / 1000 + offset, row[1] / 1000 + offset, (row[2] or "").strip())
        for row in rows
        if row[0] is not None and row[1] is not None
    ]


def _read_tier(name: str, rows: Rows, *, numbers: bool, graded: bool) -> _Tier | None:
    """A tier by its name (``child_AU12``), or by annotations that are codes (``12C``, ``1+2``).

    None where it is about something else; `numbers` says whether bare numbers are codes,
    `graded` whether they are intensities in the tier of a unit.
    """
    person, label = _split(name)
    if label == NOT_SCORED:
        return _Tier(person, (), [CodedSpan("", start, end) for start, end, _ in rows])
    unit = read_name(label)
    if unit is None:
        return _read_texts(person, rows, numbers)
    tier = UnitTier(unit, rows, graded)
    lost = _count(tier.of_others, "names another unit", "name other units")
    return _Tier(
        person, (tier.name,), tier.spans, lost=lost, taken=tier.taken, by_numbers=tier.by_numbers
    )


def _read_texts(person: str, rows: Rows, numbers: bool) -> _Tier | None:
    """A tier whose annotations are codes: most of them or, if they are bare numbers, all."""
    coded = [(start, end, codes_of(text)) for start, end, text in rows]
    spans = [CodedSpan(n, a, b, grade) for a, b, codes in coded for n, grade in codes or ()]
    known = [text for (*_, text), (*_, codes) in zip(rows, coded, strict=True) if codes is not None]
    if not spans or 2 * len(known) <= len(rows):
        return None
    bare = all(text.isdigit() for text in known)
    if bare and not (numbers and all(codes for *_, codes in coded)):
        return None
    lost = _count(quoted(row for row in rows if row[2] not in known), "is no code", "are no codes")
    return _Tier(person, in_order(span.name for span in spans), spans, True, lost)


def _count(found: tuple[str, ...], one: str, several: str) -> str:
    """How many annotations there are of a kind, and the first of them; nothing of none.

    Examples
    --------
    >>> _count(("'T23' at 10.0 s",), "is no code", "are no codes")
    "1 annotation is no code: 'T23' at 10.0 s"
    """
    if not found:
        return ""
    what = f"1 annotation {one}" if len(found) == 1 else f"{len(found)} {several}"
    return f"{what}: {found[0]}"


def _some(found: tuple[str, ...]) -> str:
    """The first of several, and how many more there are."""
    return found[0] + (f" and {len(found) - 1} more" if len(found) > 1 else "")


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
