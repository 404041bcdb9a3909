"""Sounds: read from any recording, made by the speech engine, and played."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.live.languages import choose_voice, voices_of

__all__ = ["RATE", "Player", "Sound", "read_sound", "speak"]

RATE: Final = 44_100
"""Samples a second of everything that is played."""

LONGEST: Final = 30.0  # s of one word
SILENT: Final = frozenset({"NULL", "CUSTOM", "WEBAUDIO"})
"""Sound systems of miniaudio that play to nobody."""

TAIL: Final = 0.2  # s that a device may be behind

Sound = NDArray[np.int16]


def read_sound(path: str | os.PathLike[str]) -> Sound:
    """Read a recording of any kind that people have: wav, mp3, m4a, ogg, the sound of a video.

    Returns
    -------
    array, shape (n,), int16
        At `RATE`, one channel, at most 30 s.

    Raises
    ------
    InputError
        If there is no sound in it.
    """
    import av
    from av.audio.resampler import AudioResampler

    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    pieces, length = [], 0
    try:
        with av.open(os.fspath(path)) as container:
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray()[0])
                    length += len(pieces[-1])
                if length >= LONGEST * RATE:
                    break
    except (OSError, ValueError, IndexError, av.FFmpegError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{os.fspath(path)} cannot be played: {reason}") from None
    if not length:
        raise InputError(f"{os.fspath(path)} cannot be played: there is no sound in it")
    return np.concatenate(pieces)[: int(LONGEST * RATE)]


def speak(text: str, language: str) -> Sound:
    """Say `text` by the speech engine of this machine, into an array.

    Raises
    ------
    InputError
        If there is no engine, or none of its voices speaks the language.
    """
    try:
        import pyttsx3

        engine = pyttsx3.init()
        voices = voices_of(engine)
    except ImportError:
        raise InputError("no speech engine: pip install 'facs[live]'") from None
    except Exception as error:  # each system's engine fails in its own way
        raise InputError(
            f"no speech engine ({error}); on Linux: apt-get install espeak-ng"
        ) from None
    voice = choose_voice(voices, language)
    if voice is None:
        raise InputError(f"the speech engine has no voice for the language {language!r}")
    engine.setProperty("voice", voice.id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "word.wav"
        engine.save_to_file(text, str(path))
        engine.runAndWait()
        engine.stop()
        return read_sound(path)


class Player:
    """Plays one sound at a time; a new one ends the one before.

    Parameters
    ----------
    backends : collection of str, optional
        Sound systems by miniaudio's names; all that can be heard where it is left out.

    Raises
    ------
    InputError
        If nothing here can be heard.
    """

    def __init__(self, backends: Collection[str] | None = None) -> None:
        try:
            import miniaudio
        except ImportError:
            raise InputError("no sound: pip install 'facs[live]'") from None
        known = {one.name: one for one in miniaudio.Backend}
        wanted = known.keys() - SILENT if backends is None else backends
        try:
            self._device: Any = miniaudio.PlaybackDevice(
                nchannels=1,
                sample_rate=RATE,
                buffersize_msec=50,
                backends=[known[name] for name in known if name in wanted],
            )
        except miniaudio.MiniaudioError as error:
            raise InputError(f"no sound: no device plays it ({error.args[0]})") from None
        self._lock = threading.Lock()
        self._ends = 0.0

    def play(self, sound: Sound) -> None:
        """Play, without waiting for the end."""
        with self._lock:
            self._device.stop()
            stream = samples(sound)
            next(stream)
            self._device.start(stream)
            self._ends = time.monotonic() + len(sound) / RATE

    def stop(self) -> None:
        """Be silent."""
        with self._lock:
            self._device.stop()
            self._ends = 0.0

    def finish(self) -> None:
        """Wait until what is played has been heard, then let go of the device."""
        time.sleep(max(self._ends + TAIL - time.monotonic(), 0.0))
        self._device.close()


def samples(sound: Sound) -> Generator[bytes, int, None]:
    r"""As many bytes as the device asks for, then silence.

    Examples
    --------
    >>> stream = samples(np.array([1, 2, 3], np.int16))
    >>> next(stream), stream.send(2), stream.send(2), stream.send(1)
    (b'', b'\x01\x00\x02\x00', b'\x03\x00\x00\x00', b'\x00\x00')
    """
    wanted, at = (yield b""), 0
    while True:
        piece = sound[at : at + wanted]
        at += wanted
        padded = np.zeros(wanted, np.int16)
        padded[: len(piece)] = piece
        wanted = yield padded.tobytes()
