"""The rows of all runs of `children.py` over the same people, in one file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from children_data import People
from children_tables import markdown, picture
from children_train import PROTOCOLS, Material, Plan
from fer_data import CLASSES

from facs.errors import InputError
from facs.files import atomic

__all__ = ["Book"]

Row = dict[str, Any]


@dataclass
class Book:
    """The rows of all runs over the same data, written anew with each that is added."""

    out: Path
    found: dict[str, Any]

    @classmethod
    def opened(cls, out: Path, data: str, material: Material) -> Book:
        """What is there already; raises InputError where that is about other people."""
        tests = {group: _truth(material.tested(group)) for group in ("adults", "children")}
        path = out.with_suffix(".json")
        if not path.exists():
            return cls(out, {"data": data, "classes": list(CLASSES), "tests": tests, "rows": []})
        found = json.loads(path.read_text())
        if (found["data"], found["tests"]) != (data, tests):
            raise InputError(f"{path} is about other people or pictures: choose another --out")
        return cls(out, found)

    def has(self, plan: Plan) -> bool:
        """Whether all rows of a training are there, trained for as many epochs."""
        before = plan.epochs["adults"] if plan.training == "transfer" else 0
        wanted = {
            (plan.network, protocol, plan.seed, plan.epochs[training], before)
            for protocol, (training, _) in PROTOCOLS.items()
            if training == plan.training
        }
        names = ("network", "protocol", "seed", "epochs", "before")
        return wanted <= {tuple(row[name] for name in names) for row in self.found["rows"]}

    def add(self, row: Row) -> None:
        """Put a row in the place of the one of the same network, protocol and seed."""
        key = ("network", "protocol", "seed")
        rows = [r for r in self.found["rows"] if [r[k] for k in key] != [row[k] for k in key]]
        self.found["rows"] = [*rows, row]
        self.out.parent.mkdir(parents=True, exist_ok=True)
        with atomic(self.out.with_suffix(".json")) as path:
            path.write_text(json.dumps(self.found, indent=1) + "\n")
        sheet = self.out.with_name(f"{self.out.stem}_confusion.png")
        picture(self.found, sheet)
        with atomic(self.out) as path:
            path.write_text(markdown(self.found, sheet.name))


def _truth(people: People) -> dict[str, str]:
    labels = "".join(map(str, people.faces.labels))
    return {"labels": labels, "people": " ".join(people.person)}
