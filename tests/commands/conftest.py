"""The command as a user runs it, within this process."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from facs import cli


@pytest.fixture
def facs(monkeypatch, capfd) -> Callable[..., tuple[int, str, str]]:
    """Run the command; its status, and what it said on both channels."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["facs", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run
