"""Profiles as TOML that a therapist reads and edits.

::

    version = 1
    name = "N."
    baseline = "child.baseline.json"
    model = "child.onnx"
    ignore = ["left eye"]
    emotions = false

    [who]
    x = 0.5
    y = 0.4
    width = 0.2

    [pause]
    eyes_shut_s = 5
    wake = "both eyes 43 >= 0.6 for 350-1000 ms, 2 times in 3000 ms"
    apart_ms = 800

    [[gesture]]
    name = "long blink"
    word = "yes"
    sound = "yes.wav"
    rule = "both eyes 43 >= 0.6 until 0.4 for 600 ms"

Everything but ``version`` may be left out; a gesture without a rule has the stock rule of its
name. Errors name the line. Comments stay when `facs` writes into a file that is there.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError
from tomlkit.toml_document import TOMLDocument

from facs.errors import FacsError, InputError, ProfileError
from facs.files import read_text
from facs.meaning.baseline import Baseline
from facs.meaning.contradictions import contradictions, wake_problem
from facs.meaning.gestures import STOCK, Gesture, named
from facs.meaning.listener import APART, Sign, Sleep
from facs.meaning.profile import Profile
from facs.meaning.who import Who

__all__ = ["VERSION", "line_of", "read_document", "read_profile"]

VERSION: Final = 1

_KEYS: Final = {
    "": ("version", "name", "baseline", "model", "ignore", "emotions", "who", "pause", "gesture"),
    "who": ("x", "y", "width"),
    "pause": ("eyes_shut_s", "wake", "apart_ms"),
    "gesture": ("name", "word", "sound", "rule", "note"),
}


@dataclass(frozen=True)
class _Source:
    """The text of a profile, which knows on which line a key is."""

    path: Path
    text: str

    def refuse(self, problem: str, table: str = "", number: int = 0, key: str = "") -> ProfileError:
        """Make the error for a key of the `number`-th `table`."""
        line = self.line(table, number, key)
        where = f", line {line}" if line else ""
        return ProfileError(f"{self.path}{where}: {problem}")

    def line(self, table: str, number: int, key: str) -> int | None:
        """Line of a key, of its table's heading where the key is not there, or None."""
        wanted = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=") if key else None
        inside, seen, heading = not table, -1, None
        for i, line in enumerate(self.text.splitlines(), 1):
            if match := re.match(r"\s*\[{1,2}\s*([\w-]+)\s*\]", line):
                seen += match[1] == table
                inside = match[1] == table and seen == number
                heading = i if inside else heading
            elif inside and wanted and wanted.match(line):
                return i
        return heading


def read_profile(path: str | os.PathLike[str]) -> Profile:
    """Read a profile; raises ProfileError with the line and the fix."""
    source = _source(Path(path))
    data = _parsed(source).unwrap()
    _check_keys(source, data, "", 0)
    if data.get("version") != VERSION:
        raise source.refuse(
            f"wanted version = {VERSION}, got {data.get('version')!r}", key="version"
        )
    return _profile(source, data)


def read_document(path: Path) -> TOMLDocument:
    """Read a profile as the document that it is, comments and all."""
    return _parsed(_source(path))


def line_of(path: Path, key: str) -> int | None:
    """On which line a profile has a key of no table; None where it has none."""
    return _source(path).line("", 0, key)


def _source(path: Path) -> _Source:
    try:
        return _Source(path, read_text(path))
    except OSError as error:
        raise ProfileError(f"cannot read the profile {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: wanted text in UTF-8: {error.reason}") from error
    except ValueError as error:
        raise ProfileError(f"{path}: {error}") from error


def _parsed(source: _Source) -> TOMLDocument:
    try:
        return tomlkit.parse(source.text)
    except ParseError as error:
        reason = re.sub(r" at line \d+ col \d+$", "", str(error))
        raise ProfileError(
            f"{source.path}, line {error.line}: this is not TOML ({reason}): "
            "text needs quotes, lists need brackets"
        ) from None
    except TOMLKitError as error:
        raise ProfileError(f"{source.path}: this is not TOML: {error}") from None
    except RecursionError:
        raise ProfileError(f"{source.path}: this is not a profile: it is nested too deep") from None


def _check_keys(source: _Source, data: dict[str, Any], table: str, number: int) -> None:
    for key in data:
        if key not in _KEYS[table]:
            known = ", ".join(_KEYS[table])
            raise source.refuse(f"{key!r} is not known; there are: {known}", table, number, key)


def _profile(source: _Source, data: dict[str, Any]) -> Profile:
    signs = tuple(_sign(source, item, i) for i, item in enumerate(_tables(source, data, "gesture")))
    ignored = _ignored(source, data)
    pause = _table(source, data, "pause")
    sleep = _sleep(source, pause)
    for number, problem in contradictions(signs, ignored, sleep):
        raise source.refuse(f"{signs[number].gesture.name}: {problem}", "gesture", number, "rule")
    if problem := wake_problem(sleep, ignored):
        raise source.refuse(f"wake: {problem}", "pause", 0, "wake")
    apart = _number(source, pause, "apart_ms", "pause", 1000 * APART) / 1000
    try:
        return Profile(
            signs=signs,
            name=_text(source, data, "name"),
            who=_who(source, data),
            baseline=_baseline(source, data),
            ignored=ignored,
            sleep=sleep,
            apart=apart,
            emotions=_switch(source, data, "emotions"),
            model=_model(source, data),
        )
    except InputError as error:
        raise source.refuse(str(error)) from None


def _sign(source: _Source, item: Any, number: int) -> Sign:
    if not isinstance(item, dict):
        raise source.refuse("wanted [[gesture]] with name, word and rule", "gesture", number)
    _check_keys(source, item, "gesture", number)
    texts = {key: _text(source, item, key, "gesture", number) for key in _KEYS["gesture"]}
    name = texts["name"].strip()
    if not name:
        raise source.refuse('wanted name = "..." for this gesture', "gesture", number, "name")
    gesture = _gesture(source, name, texts["rule"], number)
    return Sign(gesture, texts["word"], texts["sound"], texts["note"])


def _gesture(source: _Source, name: str, rule: str, number: int) -> Gesture:
    if not rule and named(name) not in STOCK:
        raise source.refuse(
            f"{name!r} is no stock gesture, so it needs a rule, such as "
            f"rule = {STOCK['long blink'].rule!r}; stock gestures: {', '.join(STOCK)}",
            "gesture",
            number,
            "name",
        )
    try:
        return Gesture.parse(name, rule) if rule else replace(STOCK[named(name)], name=name)
    except InputError as error:
        raise source.refuse(str(error), "gesture", number, "rule") from None


def _who(source: _Source, data: dict[str, Any]) -> Who | None:
    table = _table(source, data, "who")
    if not table:
        return None
    values = {key: _number(source, table, key, "who", None) for key in _KEYS["who"]}
    try:
        return Who(**values)
    except InputError as error:
        raise source.refuse(str(error), "who") from None


def _sleep(source: _Source, table: dict[str, Any]) -> Sleep:
    after = _number(source, table, "eyes_shut_s", "pause", Sleep().after)
    rule = _text(source, table, "wake", "pause")
    try:
        wake = Sleep().wake if not rule else STOCK.get(named(rule)) or Gesture.parse("wake", rule)
        return Sleep(after, wake)
    except InputError as error:
        key = "eyes_shut_s" if after < 0 else "wake"
        raise source.refuse(str(error), "pause", 0, key) from None


def _ignored(source: _Source, data: dict[str, Any]) -> tuple[str, ...]:
    value = data.get("ignore", [])
    value = [value] if isinstance(value, str) else value
    try:
        return Profile(ignored=tuple(value)).ignored
    except (InputError, TypeError):
        raise source.refuse(
            f'wanted ignore = [], ["left eye"] or ["right eye"], got {value!r}', key="ignore"
        ) from None


def _baseline(source: _Source, data: dict[str, Any]) -> Baseline | None:
    name = _text(source, data, "baseline")
    if not name:
        return None
    try:
        return Baseline.load(source.path.parent / name)
    except FacsError as error:
        raise source.refuse(str(error), key="baseline") from None


def _model(source: _Source, data: dict[str, Any]) -> str:
    """A shipped name, or a path: in the file from its own folder, in memory from here."""
    name = _text(source, data, "model")
    return str(source.path.parent / name) if name.endswith(".onnx") else name


def _tables(source: _Source, data: dict[str, Any], key: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise source.refuse(f"wanted [[{key}]] in double brackets", key)
    return value


def _table(source: _Source, data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise source.refuse(f"wanted [{key}] as a heading, got {key} = {value!r}", key=key)
    _check_keys(source, value, key, 0)
    return value


def _text(source: _Source, data: dict[str, Any], key: str, table: str = "", number: int = 0) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise source.refuse(f'wanted {key} = "text" in quotes, got {value!r}', table, number, key)
    return value


def _number(
    source: _Source, data: dict[str, Any], key: str, table: str, default: float | None
) -> float:
    value = data.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise source.refuse(f"wanted {key} = a number, got {value!r}", table, 0, key)
    return float(value)


def _switch(source: _Source, data: dict[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise source.refuse(f"wanted {key} = true or false, got {value!r}", key=key)
    return value
