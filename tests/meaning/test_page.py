"""The five lines of docs/gestures.md run as they stand there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import facs
from tests.builders import make_recording
from tests.meaning.builders import both, pulse
from tests.meaning.test_enroll import filmed

PAGE = Path(__file__).resolve().parents[2] / "docs/gestures.md"


def lines():
    text = PAGE.read_text(encoding="utf-8").partition("```python\n")[2]
    return text.partition("```")[0]


@pytest.fixture
def profile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blink = '[[gesture]]\nname = "long blink"\nword = "yes"\n'
    Path("child.toml").write_text(f"version = 1\n{blink}")


@pytest.mark.usefixtures("profile")
def test_they_say_what_she_said(monkeypatch, capsys):
    film = make_recording(filmed(9, {43: both(pulse(4, 1.0, 0.95))}))
    monkeypatch.setattr(facs, "analyze", lambda *_, **__: film)
    exec(compile(lines(), "gestures.md", "exec"), {})
    assert "long blink: yes" in capsys.readouterr().out


@pytest.mark.usefixtures("profile")
def test_they_say_nothing_where_nobody_is_seen(monkeypatch, capsys):
    film = make_recording(people=(), times=np.arange(5) / 25)
    monkeypatch.setattr(facs, "analyze", lambda *_, **__: film)
    exec(compile(lines(), "gestures.md", "exec"), {})
    assert capsys.readouterr().out == ""
