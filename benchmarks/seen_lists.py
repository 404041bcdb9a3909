"""What the lists of seen units say of themselves: how grades repeat, what faces at rest show.

``python benchmarks/seen_lists.py --fer fer2013.npz --photos facial_expressions.npz``: of held-out
eyes, open mouths and shut ones that were graded twice (``seen_held_out.csv``,
``seen_held_out_again.csv``), how often the second look found a unit, slightly or plainly, by what
the first had said; and of the pictures of a list that teaches, how many show a unit, by what most
voters, or the photograph's word, call them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from heading import heading, publish, table
from seen import AGAIN, LISTED

from facs.training.real_faces import EMOTIONS, read_fer, read_photos
from facs.training.seen_units import GRADED, PARTS, Look, read_seen

TEACHES = Path("docs/models/facs-16.seen.csv")

AT_REST = (1, 2, 4, 5, 6, 7, 9, 10, 14, 15, 17, 20, 23, 24, 28)
"""Units whose shape a face at rest may have."""

Seen = Mapping[str, Look]


def grade(look: Look, unit: int) -> int | None:
    """0 not shown, 1 maybe, 2 slight, 3 plain; None where it was not graded."""
    for number, units in enumerate((look.absent, look.maybe, look.slight, look.shown)):
        if unit in units:
            return number
    return None


def repeated(first: Seen, second: Seen, unit: int) -> list[str]:
    """For each grade of the first look, how often the second one found the unit."""
    pairs = [(grade(first[p], unit), grade(second[p], unit)) for p in first.keys() & second.keys()]
    cells = []
    for number in range(4):
        again = [b for a, b in pairs if a == number and b is not None]
        found = sum(b >= 2 for b in again)
        cells.append(f"{found / len(again):.2f} ({len(again)})" if again else "-")
    return cells


def whole(seen: Seen, part: str) -> dict[str, Look]:
    """The pictures that tell all units of a part, or say maybe; 26 is not asked beside 27."""
    return {
        picture: look
        for picture, look in seen.items()
        if all(
            grade(look, unit) is not None
            for unit in set(PARTS[part]) - ({26} if look.says(27) else set())
        )
    }


def repeats(first: Seen, second: Seen) -> str:
    """A table of each part: how often the second look found what the first had graded."""
    tables = []
    for part in GRADED:
        one, two = whole(first, part), whole(second, part)
        rows = [[str(unit), *repeated(one, two, unit)] for unit in PARTS[part]]
        title = f'### Part "{part}", {len(one.keys() & two.keys())} pictures\n\n'
        tables.append(title + table(["unit", "0", "1", "2", "3"], rows))
    return "\n".join(tables)


def shares(seen: Seen, called: Mapping[str, str], unit: int) -> list[str]:
    """For each emotion the share that shows a unit, of the pictures that tell it or say maybe."""
    cells = []
    for emotion in EMOTIONS:
        looks = [look for picture, look in seen.items() if called.get(picture) == emotion]
        told = [number for look in looks if (number := grade(look, unit)) is not None]
        shown = sum(number >= 2 for number in told)
        cells.append(f"{shown / len(told):.2f} ({len(told)})" if told else "-")
    return cells


def names(fer: Path, photos: Path) -> Iterator[tuple[str, str]]:
    """Every picture that teaches, and what it is called more than anything else."""
    for path, faces in ((fer, read_fer(fer, "train")), (photos, read_photos(photos, "train"))):
        for row, most in zip(faces.rows, faces.votes.argmax(1), strict=True):
            yield f"{path.stem}:{row}", EMOTIONS[most]


def main() -> None:
    """Print the tables, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fer", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--teaches", type=Path, default=TEACHES)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    first, second = read_seen(LISTED), read_seen(AGAIN)
    teaches, called = read_seen(chosen.teaches), dict(names(chosen.fer, chosen.photos))
    what = f"{len(first)} held-out pictures, {len(teaches)} pictures that teach"
    text = heading("What the lists say of themselves", what)
    text += "## Found by the second look, by the grade of the first (pictures)\n\n"
    text += repeats(first, second)
    text += f"\n## Shown, slightly or plainly, in {chosen.teaches.name} (pictures)\n\n"
    rows = [[str(unit), *shares(teaches, called, unit)] for unit in AT_REST]
    publish(text + table(["unit", *EMOTIONS], rows), chosen.out)


if __name__ == "__main__":
    main()
