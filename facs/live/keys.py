"""Keys: a gesture presses a key, for communication software that listens to keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from facs.errors import InputError, MissingPackageError
from facs.live.hands import Hands
from facs.live.words import Word

__all__ = ["Keys", "read_keys"]

NAMED: Final = frozenset(
    {*(f"f{i}" for i in range(1, 21)), "space", "enter", "tab", "esc", "backspace"}
    | {"up", "down", "left", "right", "home", "end", "page_up", "page_down"}
)

Press = Callable[[str], None]


def read_keys(texts: list[str], gestures: list[str]) -> dict[str, str]:
    """Read ``"long blink=f5"`` as the key of each gesture.

    Raises
    ------
    InputError
        If a gesture or a key is not known.

    Examples
    --------
    >>> read_keys(["long blink=F5", "smile=a"], ["long blink", "smile"])
    {'long blink': 'f5', 'smile': 'a'}
    """
    found = {}
    for text in texts:
        name, sign, key = (part.strip() for part in text.partition("="))
        key = key if len(key) == 1 else key.lower()
        if not sign or name not in gestures:
            raise InputError(
                f"wanted GESTURE=KEY with a gesture of {', '.join(gestures)}, got {text!r}"
            )
        if len(key) != 1 and key not in NAMED:
            raise InputError(
                f"wanted one letter or a key of {', '.join(sorted(NAMED))}, got {key!r}"
            )
        found[name] = key
    return found


class Keys:
    """An outlet that presses keys.

    Parameters
    ----------
    keys : mapping from a gesture's name to a key
    press : callable, optional
        What presses; the keyboard of this machine where it is left out.

    Raises
    ------
    MissingPackageError
        If pynput is not installed.
    InputError
        If there is no display to press keys on.
    """

    def __init__(self, keys: Mapping[str, str], press: Press | None = None) -> None:
        self.problem = ""
        self._keys = dict(keys)
        self._press = press or _keyboard()
        self._hands = Hands("keys")

    def say(self, word: Word) -> None:
        """Press the key of its gesture, if it has one."""
        key = self._keys.get(word.sign.gesture.name)
        if key is not None and not self._hands.do(partial(self._try, key)):
            self.problem = f"the key {key} was not pressed: too many wait"

    def undo(self, word: Word) -> None:
        """Do nothing: what a key did is not known here."""

    def close(self) -> None:
        """Press what waits."""
        self._hands.close()

    def _try(self, key: str) -> None:
        try:
            self._press(key)
        except Exception as error:  # each system's keyboard fails in its own way
            self.problem = f"the key {key} was not pressed: {error}"
        else:
            self.problem = ""


def _keyboard() -> Press:
    try:
        from pynput.keyboard import Controller, Key
    except ModuleNotFoundError as error:
        raise MissingPackageError.of(error.name or "pynput", "keys", "--key") from None
    except ImportError as error:  # pynput's word for a machine without a display
        raise InputError(f"no keys can be pressed here: {_first_line(error)}") from None
    try:
        keyboard: Any = Controller()
    except Exception as error:  # Xlib's own errors
        raise InputError(f"no keys can be pressed here: {_first_line(error)}") from None

    def press(key: str) -> None:
        keyboard.tap(key if len(key) == 1 else getattr(Key, key))

    return press


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
