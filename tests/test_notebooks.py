"""The notebooks run from beginning to end in a checkout, and are kept without what they put out."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]

pytest.importorskip("matplotlib", reason="the notebooks draw; they need the extra plots")
nbformat = pytest.importorskip("nbformat", reason="running notebooks needs nbclient and ipykernel")


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def stripped(notebook: Any) -> bool:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return not any(cell.outputs or cell.execution_count is not None for cell in code)


def run(notebook: Any) -> Any:
    """Execute all cells in a kernel of its own, from the folder of the notebooks."""
    client = pytest.importorskip("nbclient", reason="running notebooks needs nbclient")
    pytest.importorskip("ipykernel", reason="running notebooks needs ipykernel")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the client and its sockets, not of the cells
        runner = client.NotebookClient(
            notebook,
            timeout=1800,  # a minute of processor time, on a machine that does other things, too
            kernel_name="python3",
            resources={"metadata": {"path": str(FOLDER)}},
        )
        return runner.execute()


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of whoever runs this, and nothing left in their home."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")


def text_of(notebook: Any) -> str:
    """Everything that the cells printed or returned, as text."""
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    return "\n".join(
        out["text"] if out.output_type == "stream" else out.data.get("text/plain", "")
        for out in outputs
    )


def test_there_are_the_four_of_the_readme() -> None:
    assert [name[:2] for name in NAMES] == ["01", "02", "03", "04"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_is_kept_without_outputs_and_is_valid(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert stripped(notebook)
    assert notebook.cells[0].source.startswith("# ")


def test_an_output_would_be_noticed() -> None:
    notebook = read(NOTEBOOKS[0])
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code.execution_count = 1
    assert not stripped(notebook)


def test_a_cell_that_fails_would_be_noticed() -> None:
    failing = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import facs; 1 / 0")])
    with pytest.raises(Exception, match="ZeroDivisionError"):
        run(failing)


# What each must have said when it has run; the last lines of it, so that all before ran, too.
SAID = {
    "01_first_video": ("1 person", "AU27 Mouth Stretch", "person,label,onset,apex,offset"),
    "02_events_and_gestures": ("refused:", "long blink: yes", "of the prototype"),
    "03_train_on_your_own_data": ("validation people", "AU43", "smile"),
    "04_how_it_fails": (
        "no numbers, because covered",
        "no numbers, because dark",
        "nobody found",
        "person 1",
        "relative to her own rest",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_runs(path: Path) -> None:
    if path.stem.startswith("03"):
        pytest.importorskip("torch", reason="training needs the extra train")
    notebook = run(read(path))
    said = text_of(notebook)
    assert [words for words in SAID[path.stem] if words not in said] == []
