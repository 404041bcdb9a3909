"""A real server on a free port, in this process, and the client that asks it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest

from facs.errors import FacsError
from facs.outputs.encoding import Encoder
from facs.video import open_video
from facs.web.app import create_app
from facs.web.options import ServeOptions
from facs.web.process import work as real_work
from facs.web.server import Address, listen, server_of
from facs.web.store import SUMMARY

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/synthetic_face.mp4"
MP4 = b"\x00\x00\x00\x20ftypisom" + bytes(388)
"""What begins like a video and is none."""


def wait_for(true: Callable[[], Any], seconds: float = 90.0) -> Any:
    """Wait until something is true, and return what it is."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return found


class Puppet:
    """Work that lasts until the test lets it go, and fails where the test says so."""

    def __init__(self, all_free: bool = False) -> None:
        self.running: list[str] = []
        self.most_at_once = 0
        self.ended: list[str] = []
        self._free: dict[str, threading.Event] = {}
        self._failures: dict[str, str] = {}
        self.all_free = all_free

    def free(self, name: str) -> None:
        self._free.setdefault(name, threading.Event()).set()

    def fail(self, name: str, message: str) -> None:
        self._failures[name] = message
        self.free(name)

    async def __call__(self, order: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        name = order["name"]
        self.running.append(name)
        self.most_at_once = max(self.most_at_once, len(self.running))
        try:
            yield {"step": "analysis", "frames": 1, "expected": 2}
            while not (self.all_free or self._free.setdefault(name, threading.Event()).is_set()):
                await asyncio.sleep(0.005)
            if name in self._failures:
                raise FacsError(self._failures[name])
            (Path(order["folder"]) / SUMMARY).write_text("{}")
            yield {"done": {"people": 1}}
        finally:
            self.running.remove(name)
            self.ended.append(name)


class Served:
    """A running server: where it is, who asks it, and where its files lie."""

    def __init__(self, options: ServeOptions, work: Any) -> None:
        self.app = create_app(options, work=work)
        self._socket = listen(Address(port=0))
        self._server = server_of(self.app, Address())
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()
        wait_for(lambda: self._server.started or not self._thread.is_alive())
        self.client = httpx.Client(base_url=self.url, timeout=180, trust_env=False)

    @property
    def folder(self) -> Path:
        return self.app.state.queue.store.folder

    def submit(self, name: str = "a.mp4", data: Any = MP4, **more: Any) -> httpx.Response:
        return self.client.post("/api/jobs", files={"file": (name, data)}, **more)

    def submitted(self, name: str = "a.mp4", data: Any = MP4) -> str:
        answer = self.submit(name, data)
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    def status(self, job: str) -> dict[str, Any]:
        return self.client.get(f"/api/jobs/{job}").json()

    def wait_until(self, job: str, state: str, seconds: float = 180.0) -> dict[str, Any]:
        return wait_for(lambda: (s := self.status(job))["state"] == state and s, seconds)

    def over(self, job: str, seconds: float = 180.0) -> dict[str, Any]:
        """The last status that the stream of events tells."""
        with self.client.stream("GET", f"/api/jobs/{job}/events", timeout=seconds) as answer:
            lines = [line for line in answer.iter_lines() if line.startswith("data: ")]
        return json.loads(lines[-1].removeprefix("data: "))

    def files(self) -> set[str]:
        """What lies in the folder, the lock apart."""
        return {p.name for p in self.folder.iterdir()} - {"server.lock"}

    def close(self) -> None:
        self.client.close()
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()
        assert not self._thread.is_alive()


def frames_of_example(first: int, last: int) -> list[Any]:
    """Pictures of the example, half as large."""
    import cv2

    with open_video(EXAMPLE) as video:
        pictures = [f.image for f in video if first <= f.index < last]
    return [cv2.resize(p, (320, 240), interpolation=cv2.INTER_AREA) for p in pictures]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smile, 30 frames of it."""
    path = tmp_path_factory.mktemp("clip") / "smile.mp4"
    with Encoder(path, Fraction(30)) as encoder:
        for i, picture in enumerate(frames_of_example(15, 45)):
            encoder.write(picture, i / 30)
    return path


@pytest.fixture
def puppet() -> Puppet:
    return Puppet()


@pytest.fixture
def serve(puppet: Puppet) -> Iterator[Callable[..., Served]]:
    """Start a server whose work is the puppet's, with options of one's own."""
    running: list[Served] = []

    def start(**options: Any) -> Served:
        running.append(Served(ServeOptions(**options), puppet))
        return running[-1]

    yield start
    puppet.all_free = True
    for served in running:
        served.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Served]:
    served = Served(ServeOptions(max_bytes=100_000, names=("Lab.example",)), Puppet(all_free=True))
    yield served
    served.close()


@pytest.fixture
def served(shared: Served) -> Iterator[Served]:
    """A server that is shared by the tests of a file, and empty when a test begins."""
    yield shared
    for name in shared.files():
        shared.client.delete(f"/api/jobs/{name}")


@pytest.fixture(scope="session")
def real() -> Iterator[Served]:
    """A server that really analyses."""
    served = Served(ServeOptions(max_seconds=60, max_bytes=20_000_000), real_work)
    yield served
    folder = served.folder
    served.close()
    assert not folder.exists()
