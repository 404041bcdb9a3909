"""The program that speaks, in a process of its own: ``python -m facs.live.voice_process``.

Speech engines and sound systems print, hang and crash as they like; here they harm nobody.
Orders come as lines of JSON, answers go as lines of JSON. The first order prepares all words, so
that each is heard at once when it is said.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from facs.errors import InputError
from facs.live.sounds import Player, Sound, read_sound, speak

__all__ = ["Plays", "main", "obey"]


class Plays(Protocol):
    """What plays sounds: `facs.live.sounds.Player`, or a test's stand-in."""

    def play(self, sound: Sound) -> None:
        """Play, without waiting for the end."""

    def stop(self) -> None:
        """Be silent."""

    def finish(self) -> None:
        """Wait until what is played has been heard."""


def obey(
    orders: Iterable[str],
    answer: Callable[[dict[str, Any]], None],
    make_player: Callable[[], Plays] = Player,
    say: Callable[[str, str], Sound] = speak,
) -> None:
    """Carry out orders until there are no more.

    Parameters
    ----------
    orders : lines of JSON
        ``{"words": [{"name", "text", "language", "sound"}]}`` first, then ``{"say": name}`` and
        ``{"stop": true}``.
    answer : callable
        Is told ``{"problem": "..."}`` for whatever cannot be done, and ``{"ready": [names]}``.
    make_player, say : callables
    """
    try:
        player = make_player()
    except InputError as error:
        answer({"problem": f"{error}; words are shown only"})
        return
    sounds: dict[str, Sound] = {}
    for line in orders:
        order = json.loads(line)
        if "words" in order:
            sounds = prepare(order["words"], answer, say)
            answer({"ready": sorted(sounds)})
        elif order.get("say") in sounds:
            player.play(sounds[order["say"]])
        elif "stop" in order:
            player.stop()
    player.finish()


def prepare(
    words: Iterable[Mapping[str, str]],
    answer: Callable[[dict[str, Any]], None],
    say: Callable[[str, str], Sound],
) -> dict[str, Sound]:
    """Make the sound of every word: somebody's recording first, else the speech engine."""
    sounds, told = {}, set()
    for word in words:
        if word["sound"]:
            try:
                sounds[word["name"]] = read_sound(word["sound"])
                continue
            except InputError as error:
                answer({"problem": f"{error}; a synthetic voice says {word['text']!r}"})
        try:
            if word["text"]:
                sounds[word["name"]] = say(word["text"], word["language"])
        except InputError as error:
            if str(error) not in told:
                told.add(str(error))
                answer({"problem": f"{error}; words without a recording are shown only"})
    return sounds


def main() -> None:
    """Take orders from standard input."""
    out, sys.stdout = sys.stdout, sys.stderr  # engines print; answers must stay alone

    def answer(words: dict[str, Any]) -> None:
        out.write(json.dumps(words) + "\n")
        out.flush()

    obey(sys.stdin, answer)


if __name__ == "__main__":
    main()
