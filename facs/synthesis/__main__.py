"""Render labelled faces into shards: ``python -m facs.synthesis --out DIR --assets DIR``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from facs.errors import FacsError, InputError
from facs.synthesis.job import Job, log, render


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status.

    Shards that exist already are kept, so an interrupted run can be repeated.
    """
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    try:
        render(
            Job(
                options.assets, options.out, options.stills, options.clips, options.frames,
                options.seed, options.size, _part(options.part),
            )
        )  # fmt: skip
    except FacsError as error:
        log.error("%s", error)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="facs.synthesis", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the shards")
    parser.add_argument(
        "--assets", type=Path, required=True, help="folder of the assets, or of ICT-FaceKit"
    )
    parser.add_argument("--stills", type=int, default=1000)
    parser.add_argument("--clips", type=int, default=28)
    parser.add_argument("--frames", type=int, default=18, help="frames of a clip")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=160, help="pixels of a side")
    parser.add_argument(
        "--part", default="0/1", metavar="I/N", help="make every N-th shard only, from the I-th"
    )
    return parser


def _part(text: str) -> tuple[int, int]:
    try:
        part, parts = (int(number) for number in text.split("/"))
    except ValueError:
        raise InputError(f"--part: wanted I/N such as 0/2, got {text!r}") from None
    return part, parts


if __name__ == "__main__":
    sys.exit(main())
