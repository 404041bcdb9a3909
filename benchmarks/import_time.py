"""How long ``import facs`` takes: ``python benchmarks/import_time.py``.

Each import is a new interpreter's; its CPU seconds are those of that process, from
its start to its end, beside an interpreter that imports nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from heading import heading, publish, table

STATEMENTS = ("pass", "import numpy", "import facs", "import facs; facs.analyze")


def once(statement: str) -> tuple[float, float]:
    """Wall and CPU seconds of one new interpreter that runs `statement`."""
    start, before = perf_counter(), os.times()
    subprocess.run([sys.executable, "-c", statement], check=True)
    wall, after = perf_counter() - start, os.times()
    return wall, sum(after[2:4]) - sum(before[2:4])  # user and system time of children


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    rows = []
    for statement in STATEMENTS:
        once(statement)  # files cached, bytecode written
        runs = [once(statement) for _ in range(chosen.repeats)]
        wall, cpu = (median(column) for column in zip(*runs, strict=True))
        rows.append([f"`{statement}`", f"{wall:.3f}", f"{cpu:.3f}"])
    text = heading("Import time", f"none; medians of {chosen.repeats} new interpreters each")
    text += table(["a new interpreter runs", "wall, s", "CPU, s"], rows)
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
