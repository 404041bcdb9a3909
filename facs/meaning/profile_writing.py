"""Writing profiles: only what differs is touched, so that comments and order stay."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT
from tomlkit.toml_document import TOMLDocument

from facs.errors import ProfileError
from facs.files import atomic
from facs.meaning.baseline import Baseline
from facs.meaning.gestures import STOCK, Gesture, named
from facs.meaning.listener import Sign
from facs.meaning.profile import Profile
from facs.meaning.profile_file import VERSION, read_document

__all__ = ["write_profile"]


def write_profile(profile: Profile, path: str | os.PathLike[str]) -> None:
    """Write a profile; comments of the file that is there stay."""
    file = Path(path)
    document = read_document(file) if file.is_file() else _new()
    if profile.baseline is None:
        document.pop("baseline", None)
    else:
        document["baseline"] = _baseline_beside(profile.baseline, file, document.get("baseline"))
    if profile.model or "model" in document:
        _put(document, "model", _from_folder(profile.model, file.parent))
    _fill(document, profile)
    with atomic(file) as unfinished:
        text = re.sub(r"(?<!\n)\n(?=\[\[gesture)", "\n\n", tomlkit.dumps(document))
        unfinished.write_text(text, encoding="utf-8")


def _baseline_beside(baseline: Baseline, file: Path, now: str | None) -> str:
    """Write the baseline under a name that the profile of now does not have; returns the name.

    Thresholds belong to their baseline. Until the profile is whole, the old one has the old one.
    """
    if now is not None and (file.parent / now).is_file():
        with suppress(ProfileError):
            if Baseline.load(file.parent / now).same_as(baseline):
                return now
    names = [file.with_suffix(f".baseline{more}.json").name for more in ("", "-2")]
    name = names[1] if now == names[0] else names[0]
    baseline.save(file.parent / name)
    return name


def _from_folder(model: str, folder: Path) -> str:
    """A path as it is from the folder of the profile; a shipped name as it is."""
    if not model.endswith(".onnx"):
        return model
    return Path(os.path.relpath(model, folder)).as_posix()


def _new() -> TOMLDocument:
    document = tomlkit.document()
    for line in (
        "The gestures of one person, for facs. Lines like this one are notes; they stay.",
        "rule: what must be seen, and for how long. Left and right are her own.",
    ):
        document.add(tomlkit.comment(line))
    document["version"] = VERSION
    return document


def _fill(document: TOMLDocument, profile: Profile) -> None:
    """Bring a document up to date, touching only what differs."""
    plain = _plain(profile)
    if profile.who is None:
        document.pop("who", None)
    for key, value in plain.items():
        if isinstance(value, dict):
            table = document.setdefault(key, tomlkit.table())
            for name, item in value.items():
                _put(table, name, item)
        else:
            _put(document, key, value)
    _fill_gestures(document, profile.signs)


def _plain(profile: Profile) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "version": VERSION,
        "name": profile.name,
        "ignore": list(profile.ignored),
        "emotions": profile.emotions,
    }
    if profile.who is not None:
        plain["who"] = vars(profile.who)
    plain["pause"] = {
        "eyes_shut_s": profile.sleep.after,
        "wake": _name_or_rule(profile.sleep.wake),
        "apart_ms": round(1000 * profile.apart),
    }
    return plain


def _name_or_rule(gesture: Gesture) -> str:
    return gesture.name if gesture == STOCK.get(gesture.name) else gesture.rule


def _put(table: Any, key: str, value: Any) -> None:
    if key not in table or table[key] != value:
        table[key] = value


def _fill_gestures(document: TOMLDocument, signs: tuple[Sign, ...]) -> None:
    wanted = {sign.gesture.name.strip(): sign for sign in signs}
    if not wanted:
        document.pop("gesture", None)  # an empty array would be one of values, not of tables
        return
    if not isinstance(document.get("gesture"), AoT):
        document.pop("gesture", None)
        document["gesture"] = tomlkit.aot()
    array: Any = document["gesture"]
    for i in reversed(range(len(array))):
        if _name(array[i]) not in wanted:
            del array[i]
    there = {_name(table): table for table in array}
    for name, sign in wanted.items():
        table = there.get(name)
        if table is None:
            table = tomlkit.table()
            table["name"] = name
            array.append(table)
        _fill_gesture(table, sign, new=name not in there)


def _name(table: Any) -> str:
    """The name of a gesture as it is read."""
    return str(table.get("name", "")).strip()


def _fill_gesture(table: Any, sign: Sign, new: bool) -> None:
    _put(table, "word", sign.word)
    _put_text(table, "sound", sign.sound)
    if new or not _says(table.get("rule"), sign.gesture):
        table["rule"] = sign.gesture.rule
    _put_text(table, "note", sign.note)


def _says(rule: str | None, gesture: Gesture) -> bool:
    """Whether a rule of a file, or the stock rule where it has none, is that of a gesture."""
    known = Gesture.parse("x", rule) if rule else STOCK.get(named(gesture.name))
    return known is not None and known.rule == gesture.rule


def _put_text(table: Any, key: str, text: str) -> None:
    """Put a text that may be missing."""
    if text or key in table:
        _put(table, key, text)
