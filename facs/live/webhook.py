"""Webhook: tells other software of every word, by a POST of JSON to an address one gave."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from functools import partial
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from facs.errors import InputError
from facs.live.hands import Hands
from facs.live.words import Word

__all__ = ["Webhook", "message"]

TIMEOUT: Final = 3.0
"""Seconds that the other side has to answer."""


class Webhook:
    """An outlet that posts.

    Parameters
    ----------
    url : str
        ``http://`` or ``https://``. Nothing is sent anywhere else, redirections included.
    timeout : float, seconds

    Raises
    ------
    InputError
        If it is no such address.

    Examples
    --------
    >>> Webhook("grid3")
    Traceback (most recent call last):
    facs.errors.InputError: wanted a webhook such as http://127.0.0.1:8080/word, got 'grid3'
    """

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        parts = _parts(url)
        if parts is None:
            raise InputError(f"wanted a webhook such as http://127.0.0.1:8080/word, got {url!r}")
        self.problem = ""
        self.failed = 0
        self._url, self._where, self._timeout = url, parts.netloc.rpartition("@")[2], timeout
        # No proxy of the environment, and no redirection: words go where somebody said.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
        self._hands = Hands("webhook")

    def say(self, word: Word) -> None:
        """Tell of a word."""
        self._send(message(word, "said"))

    def undo(self, word: Word) -> None:
        """Tell that it was taken back."""
        self._send(message(word, "undone"))

    def close(self) -> None:
        """Send what waits."""
        self._hands.close(self._timeout + 1)

    def _send(self, values: dict[str, Any]) -> None:
        if not self._hands.do(partial(self._post, json.dumps(values).encode())):
            self._fail("too many words wait for it")

    def _post(self, data: bytes) -> None:
        request = urllib.request.Request(
            self._url, data, {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with self._opener.open(request, timeout=self._timeout):
                self.problem = ""
        except urllib.error.HTTPError as error:
            with error:
                self._fail(f"it answers {error.code}")
        except (OSError, ValueError) as error:
            self._fail(str(getattr(error, "reason", "") or error))
        except Exception as error:  # http.client's own errors: an answer that is no HTTP
            self._fail(f"it does not answer in HTTP ({type(error).__name__})")

    def _fail(self, why: str) -> None:
        self.failed += 1
        times = "a word" if self.failed == 1 else f"{self.failed} words"
        self.problem = f"the webhook {self._where} was not told of {times}: {why}"


def _parts(url: str) -> SplitResult | None:
    """The parts of a web address; None of anything else."""
    try:
        parts = urlsplit(url)
        there = parts.hostname and parts.port != 0
    except ValueError:  # a bracket that is not closed, a port that is no number
        return None
    return parts if there and parts.scheme in ("http", "https") else None


class _Stay(urllib.request.HTTPRedirectHandler):
    """Refuses redirections."""

    def redirect_request(self, *_: Any) -> None:
        """Return nothing, which makes the answer an error."""


def message(word: Word, what: str) -> dict[str, Any]:
    """What is posted: ``what`` is ``"said"`` or ``"undone"``; times are seconds of the session."""
    return {
        "what": what,
        "number": word.number,
        "word": word.sign.word,
        "gesture": word.sign.gesture.name,
        "written": word.written.isoformat(timespec="milliseconds"),
        "onset_s": round(word.event.onset, 3),
        "decided_s": round(word.event.decided, 3),
        "age_ms": round(1000 * word.age),
    }
