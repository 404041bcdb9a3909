"""Which language a word is in, by its letters; and a speech engine's voice for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["EngineVoice", "choose_voice", "language_of", "right_to_left", "voices_of"]

_SCRIPTS: Final = {
    "HEBREW": "he",
    "ARABIC": "ar",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "DEVANAGARI": "hi",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "THAI": "th",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
}

_NAMES: Final = {
    "ar": "arabic", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fr": "french", "he": "hebrew", "it": "italian", "pt": "portuguese", "ru": "russian",
}  # fmt: skip
"""For engines that tell the language of a voice by its name only."""


def language_of(word: str, otherwise: str = "en") -> str:
    """Two letters for the language of a word: by its script, or `otherwise`.

    Examples
    --------
    >>> language_of("כן"), language_of("yes"), language_of("oui", "fr")
    ('he', 'en', 'fr')
    """
    for letter in word:
        script = unicodedata.name(letter, "").split(" ")[0] if letter.isalpha() else ""
        if script in _SCRIPTS:
            return otherwise if _same_script(otherwise, script) else _SCRIPTS[script]
    return otherwise


def _same_script(language: str, script: str) -> bool:
    """Whether a language is written in a script that several are: Yiddish, Persian, Ukrainian."""
    families = {
        "HEBREW": ("he", "yi"),
        "ARABIC": ("ar", "fa", "ur"),
        "CYRILLIC": ("ru", "uk", "bg"),
    }
    return language in families.get(script, ())


def right_to_left(text: str) -> bool:
    """Whether a text begins from the right.

    Examples
    --------
    >>> right_to_left("כן"), right_to_left("yes"), right_to_left("1")
    (True, False, False)
    """
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((d for d in directions if d in ("L", "R", "AL")), "L") != "L"


@dataclass(frozen=True)
class EngineVoice:
    """A voice of a speech engine: by what it is chosen, what it is called, what it speaks."""

    id: str
    name: str
    languages: tuple[str, ...]


def voices_of(engine: Any) -> list[EngineVoice]:
    """The voices of a pyttsx3 engine; languages come as text, as bytes, and with odd signs."""
    found = []
    for voice in engine.getProperty("voices"):
        languages = tuple(_clean(language) for language in voice.languages or ())
        found.append(EngineVoice(str(voice.id), str(voice.name or ""), languages))
    return found


def choose_voice(voices: Iterable[EngineVoice], language: str) -> EngineVoice | None:
    """The plainest voice for a language; None where there is none.

    Examples
    --------
    >>> caribbean = EngineVoice("gmw/en-029", "Caribbean", ("en-029",))
    >>> voices = [caribbean, EngineVoice("gmw/en", "GB", ("en-gb",))]
    >>> choose_voice(voices, "en").id, choose_voice(voices, "he")
    ('gmw/en', None)
    """
    known = list(voices)
    tests = (
        lambda v: v.id.rpartition("/")[2] == language,
        lambda v: language in v.languages,
        lambda v: any(one.startswith(f"{language}-") for one in v.languages),
        lambda v: _NAMES.get(language, "\0") in v.name.lower(),
    )
    for fits in tests:
        if match := next((voice for voice in known if fits(voice)), None):
            return match
    return None


def _clean(language: str | bytes) -> str:
    text = language.decode("utf-8", "ignore") if isinstance(language, bytes) else str(language)
    return "".join(c for c in text if c.isprintable()).replace("_", "-").lower()
