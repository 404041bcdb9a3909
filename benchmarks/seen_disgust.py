"""What the pictures of disgust that one person dominates are seen to show.

``python benchmarks/seen_disgust.py``: nine of ten held-out press photographs named after disgust
are of one person, frames of films, and `emotions.py` asks of them that they show AU9 and AU10.
Whether they do was read as in `seen.py`, twice: ``seen_disgust.csv`` and its second look,
``seen_disgust_again.csv``. Where one look calls shown what the other calls slight, both agree that
it is shown.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from heading import heading, publish, table
from seen_measure import both_say

from facs.training.seen_units import Look, read_seen

LISTED = Path(__file__).with_name("seen_disgust.csv")
AGAIN = Path(__file__).with_name("seen_disgust_again.csv")

UNITS = (9, 10)


def counted(unit: int, seen: Mapping[str, Look]) -> list[str]:
    """How many pictures show a unit, show it slightly, do not, and leave it open."""
    looks = seen.values()
    shown = sum(unit in look.shown for look in looks)
    slight = sum(unit in look.slight for look in looks)
    absent = sum(unit in look.absent for look in looks)
    return [str(n) for n in (shown, slight, absent, len(seen) - shown - slight - absent)]


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    first, second = read_seen(LISTED), read_seen(AGAIN)
    twice = {name: look for name, look in first.items() if name in second}
    looks = {"first look": first, "second look": second, "both agree": both_say(twice, second)}
    rows = [
        [f"AU{unit}", name, *counted(unit, seen)] for unit in UNITS for name, seen in looks.items()
    ]
    columns = ["unit", "by", "shown", "slight", "not shown", "not to be told"]
    text = heading(
        "Disgust of one person", f"{len(first)} held-out press photographs that could be read"
    )
    publish(text + table(columns, rows), chosen.out)


if __name__ == "__main__":
    main()
