"""What `import facs` promises: light, silent, complete; and what the wheel carries."""

from __future__ import annotations

import json
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

import facs

ROOT = Path(__file__).resolve().parents[1]

HEAVY = (
    "torch",
    "cv2",
    "av",
    "onnxruntime",
    "pandas",
    "pyarrow",
    "matplotlib",
    "numba",
    "typer",
    "tomlkit",
)


def fresh(program: str) -> object:
    """Run a program in a new interpreter that imports this checkout; return its JSON line."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return json.loads(done.stdout)


def loaded_by(statement: str) -> set[str]:
    """Top-level modules in memory after `statement`, in a new interpreter."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    modules = fresh(program)
    assert isinstance(modules, list)
    return {name.partition(".")[0] for name in modules}


def test_importing_loads_nothing_heavy() -> None:
    modules = loaded_by("import facs")
    assert "facs" in modules
    assert modules.isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "module", ["facs.pipeline", "facs.outputs.tables", "facs.outputs.overlay", "facs.cli"]
)
def test_nothing_on_the_main_path_loads_torch(module: str) -> None:
    assert "torch" not in loaded_by(f"import {module}")


def test_a_name_that_comes_later_is_found_in_a_fresh_interpreter() -> None:
    assert fresh("import facs, json; print(json.dumps(facs.analyze.__module__))") == "facs.pipeline"


def test_importing_changes_no_warning_filters() -> None:
    program = (
        "import json, warnings; import numpy; before = list(warnings.filters); import facs; "
        "print(json.dumps(before == list(warnings.filters)))"
    )
    assert fresh(program) is True


def test_importing_prints_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import facs"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_public_names_are_sorted_and_exist() -> None:
    assert facs.__all__ == sorted(facs.__all__)
    assert len(set(facs.__all__)) == len(facs.__all__)
    assert all(getattr(facs, name) is not None for name in facs.__all__)
    assert dir(facs) == facs.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        facs.analyse  # noqa: B018


def test_the_version_is_made_of_numbers() -> None:
    assert isinstance(facs.__version__, str)
    assert all(part.isdigit() for part in facs.__version__.split("."))


@pytest.mark.parametrize("package", ["facs", "facs.weights"])
def test_what_the_wheel_is_told_to_carry_exists(package: str) -> None:
    metadata = ConfigParser()
    metadata.read(ROOT / "setup.cfg", encoding="utf-8")
    patterns = metadata["options.package_data"][package].split()
    assert patterns
    for pattern in patterns:
        assert list((ROOT / package.replace(".", "/")).glob(pattern)), pattern


def test_the_citation_names_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {facs.__version__}\n" in citation
