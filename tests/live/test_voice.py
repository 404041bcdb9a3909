"""The voice: a recording of the family first, then the speech engine, then text alone."""

from __future__ import annotations

import json
import sys
import time
import types
import wave
from pathlib import Path

import numpy as np
import pytest

from facs.errors import InputError
from facs.live import sounds
from facs.live.languages import EngineVoice, choose_voice, language_of, voices_of
from facs.live.sounds import RATE, Player, read_sound, speak
from facs.live.voice import Voice
from facs.live.voice_process import obey
from facs.meaning.listener import Sign
from tests.live.builders import BLINK, HERS, SMILE, word


def tone(path: Path, seconds: float = 0.2, rate: int = 8000) -> Path:
    samples = (8000 * np.sin(np.arange(round(seconds * rate)) * 0.3)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


class Loudspeaker:
    def __init__(self):
        self.played = []

    def play(self, sound):
        self.played.append(len(sound))

    def stop(self):
        self.played.append("stop")

    def finish(self):
        self.played.append("end")


def said(orders, say=lambda text, language: np.ones(len(text), np.int16)):
    """What is played and answered when these orders are given."""
    player, answers = Loudspeaker(), []
    obey([json.dumps(order) for order in orders], answers.append, lambda: player, say)
    return player.played, answers


def words(*rows):
    return {
        "words": [dict(zip(("name", "text", "language", "sound"), r, strict=True)) for r in rows]
    }


def test_a_recording_comes_before_the_engine(tmp_path):
    path = tone(tmp_path / "yes.wav")
    prepared = words(("blink", "yes", "en", str(path)), ("smile", "hello", "en", ""))
    played, answers = said([prepared, {"say": "blink"}, {"say": "smile"}])
    assert played == [pytest.approx(0.2 * RATE, abs=RATE * 0.01), len("hello"), "end"]
    assert answers == [{"ready": ["blink", "smile"]}]


def test_a_recording_that_is_broken_is_told_and_the_engine_speaks(tmp_path):
    (tmp_path / "yes.wav").write_text("no sound")
    prepared = words(("blink", "yes", "en", str(tmp_path / "yes.wav")))
    played, answers = said([prepared, {"say": "blink"}])
    assert played == [len("yes"), "end"]
    assert "yes.wav cannot be played: " in answers[0]["problem"]
    assert "a synthetic voice says 'yes'" in answers[0]["problem"]


def test_without_an_engine_it_is_said_once_and_recordings_are_played(tmp_path):
    def mute(text, language):
        raise InputError("no speech engine")

    path = tone(tmp_path / "no.wav")
    prepared = words(("a", "1", "en", ""), ("b", "2", "en", ""), ("c", "3", "en", str(path)))
    played, answers = said([prepared, {"say": "a"}, {"say": "c"}], mute)
    assert len(played) == 2
    assert answers == [
        {"problem": "no speech engine; words without a recording are shown only"},
        {"ready": ["c"]},
    ]


def test_without_a_loudspeaker_words_are_shown_only():
    def none():
        raise InputError("no sound: no device plays it")

    answers = []
    obey(['{"words": []}'], answers.append, none)
    assert answers == [{"problem": "no sound: no device plays it; words are shown only"}]


def test_a_real_player_plays_stops_and_finishes():
    """Into miniaudio's system that plays to nobody, at the speed of a real one."""
    pytest.importorskip("miniaudio")
    player = Player(["NULL"])
    begun = time.monotonic()
    player.play(np.zeros(60 * RATE, np.int16))
    player.play(np.zeros(RATE // 4, np.int16))  # ends the one before
    player.finish()
    assert 0.25 < time.monotonic() - begun < 10
    player = Player(["NULL"])
    player.play(np.zeros(60 * RATE, np.int16))
    player.stop()
    player.finish()
    assert time.monotonic() - begun < 20


def test_without_a_sound_system_it_is_one_line():
    pytest.importorskip("miniaudio")
    with pytest.raises(InputError, match=r"^no sound: no device plays it \(.+\)$"):
        Player(["AAUDIO"])  # Android's


def test_without_miniaudio_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(InputError, match=r"^no sound: pip install 'facs\[live\]'$"):
        Player()


def test_a_word_without_text_is_silent():
    assert said([words(("a", "", "en", "")), {"say": "a"}])[0] == ["end"]


@pytest.mark.parametrize("kind", ["mp3", "m4a", "ogg"])
def test_recordings_of_a_phone_are_read(tmp_path, kind):
    import av

    codec = {"mp3": "mp3", "m4a": "aac", "ogg": "flac"}[kind]
    path = tmp_path / f"word.{kind}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        stream.layout = "mono"
        for i in range(20):
            wave_ = 0.3 * np.sin((np.arange(1024) + 1024 * i) * 0.05)
            samples = (wave_ * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, 1024 * i
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    sound = read_sound(path)
    assert sound.dtype == np.int16
    assert len(sound) == pytest.approx(20 * 1024, rel=0.15)
    assert np.abs(sound).max() > 5000


def test_a_film_without_sound_cannot_be_played(write_video):
    from tests.conftest import gray_steps

    with pytest.raises(InputError, match="cannot be played"):
        read_sound(write_video("mute.mp4", gray_steps(3)))


def test_a_recording_that_is_not_there_cannot_be_played(tmp_path):
    with pytest.raises(InputError, match=r"gone.wav cannot be played: No such file"):
        read_sound(tmp_path / "gone.wav")


def test_a_long_recording_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(sounds, "LONGEST", 0.1)
    assert len(read_sound(tone(tmp_path / "long.wav", 2.0))) == RATE // 10


@pytest.mark.parametrize(
    ("text", "otherwise", "language"),
    [
        ("כן", "en", "he"),
        ("yes", "en", "en"),
        ("ja", "de", "de"),
        ("نعم", "en", "ar"),
        ("بله", "fa", "fa"),
        ("да", "en", "ru"),
        ("", "en", "en"),
        ("1", "en", "en"),
    ],
)
def test_the_letters_tell_the_language(text, otherwise, language):
    assert language_of(text, otherwise) == language


@pytest.mark.parametrize(
    ("voice", "fits"),
    [
        (EngineVoice("sem/he", "Hebrew", ("he",)), True),
        (EngineVoice("com.apple.carmit", "Carmit", ("he-il",)), True),
        (EngineVoice("HKEY\\TTS_MS_HE-IL", "Microsoft Asaf - Hebrew (Israel)", ()), True),
        (EngineVoice("gmw/en", "English", ("en",)), False),
    ],
)
def test_voices_of_every_system_are_found(voice, fits):
    assert (choose_voice([voice], "he") is not None) == fits


def test_languages_come_as_text_and_as_bytes():
    voice = types.SimpleNamespace(id="a", name=None, languages=[b"\x05en-gb", "he_IL"])
    engine = types.SimpleNamespace(getProperty=lambda name: [voice])
    assert voices_of(engine) == [EngineVoice("a", "", ("en-gb", "he-il"))]


def has_engine():
    try:
        import pyttsx3

        pyttsx3.init()
    except Exception:
        return False
    return True


@pytest.mark.skipif(not has_engine(), reason="no speech engine (Debian: apt-get install espeak-ng)")
@pytest.mark.parametrize(("text", "language"), [("yes", "en"), ("כן", "he")])
def test_the_engine_speaks_english_and_hebrew(text, language):
    sound = speak(text, language)
    assert 0.1 < len(sound) / RATE < 5
    assert np.abs(sound.astype(int)).max() > 1000


@pytest.mark.skipif(not has_engine(), reason="no speech engine (Debian: apt-get install espeak-ng)")
def test_a_language_that_the_engine_does_not_speak_is_told():
    with pytest.raises(InputError, match="no voice for the language 'xx'"):
        speak("hello", "xx")


def test_without_the_package_it_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyttsx3", None)
    with pytest.raises(InputError, match=r"^no speech engine: pip install 'facs\[live\]'$"):
        speak("hello", "en")


def test_an_engine_that_breaks_is_one_line(monkeypatch):
    def init():
        raise RuntimeError("could not initialize espeak")

    monkeypatch.setitem(sys.modules, "pyttsx3", types.SimpleNamespace(init=init))
    with pytest.raises(InputError, match=r"could not initialize espeak\); on Linux: apt-get"):
        speak("hello", "en")


# The process that speaks

OBEDIENT = """
import json, sys
for line in sys.stdin:
    order = json.loads(line)
    with open({log!r}, "a", encoding="utf-8") as file:
        file.write(json.dumps(order) + "\\n")
    if "words" in order:
        print(json.dumps({{"ready": []}}), flush=True)
"""


def voice_of(program, signs=HERS.signs, folder=Path()):
    return Voice(signs, folder, program=(sys.executable, "-c", program))


def test_words_are_prepared_once_and_said_by_their_gesture(tmp_path):
    log = tmp_path / "orders"
    signs = (Sign(SMILE, "שלום"), Sign(BLINK, "yes", "yes.wav"))
    voice = voice_of(OBEDIENT.format(log=str(log)), signs, tmp_path)
    assert voice.ready.wait(30)
    voice.say(word(sign=signs[1]))
    voice.undo(word(sign=signs[1]))
    voice.close()
    orders = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert orders == [
        words(
            ("smile", "שלום", "he", ""),
            ("long blink", "yes", "en", str(tmp_path / "yes.wav")),
        ),
        {"say": "long blink"},
        {"stop": True},
    ]
    assert voice.problem == ""


def test_a_voice_that_breaks_is_told_and_harms_nobody():
    voice = voice_of("raise SystemExit(3)")
    assert voice.ready.wait(30)
    voice.say(word())
    assert voice.problem == "the voice stopped; words are shown only"
    voice.close()


def test_a_voice_that_hangs_is_ended(monkeypatch):
    from facs.live import voice as module

    monkeypatch.setattr(module, "PARTING", 0.2)
    voice = voice_of("import time; time.sleep(600)")
    voice.close()
    assert voice._process.returncode is not None


def test_the_real_process_says_what_is_missing_or_nothing():
    """Whatever this machine has: it answers, and it ends."""
    voice = Voice(HERS.signs, Path())
    assert voice.ready.wait(60)
    voice.close()
    assert voice._process.returncode == 0
    assert voice.problem == "" or "shown only" in voice.problem
