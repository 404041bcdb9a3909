"""The lines that stand over every table: what ran, on what, how busy the machine was."""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import facs
from facs.errors import FacsError

__all__ = ["commit", "exit_status", "heading", "table"]


def heading(title: str, data: str, seed: int | str | None = None) -> str:
    """Markdown lines that let somebody repeat the run."""
    command = "python " + shlex.join([Path(sys.argv[0]).as_posix(), *sys.argv[1:]])
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    lines = [
        f"# {title}",
        "",
        f"- command: `{command}`",
        f"- data: {data}",
        f"- seed: {seed if seed is not None else 'nothing is random'}",
        f"- facs {facs.__version__}, commit {commit()}, Python {platform.python_version()}",
        f"- machine: {machine}; load over 1, 5, 15 minutes: {load}",
        f"- date: {datetime.now(timezone.utc):%Y-%m-%d}",
        "",
        "",
    ]
    return "\n".join(lines)


def commit() -> str:
    """What stands checked out, as git describes it."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def publish(text: str, out: Path | None) -> None:
    """Print a table, and write it where a path is given."""
    print(text)
    if out:
        out.write_text(text, encoding="utf-8")


def exit_status(run: Callable[[argparse.Namespace], None], chosen: argparse.Namespace) -> int:
    """Run a program: 0, or 2 and one line where facs refuses something."""
    try:
        run(chosen)
    except FacsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0
