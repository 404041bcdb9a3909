"""The site of the documentation: every link leads somewhere, nothing is fetched from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import facs

ROOT = Path(__file__).resolve().parents[1]

FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video)\b[^>]*?\bsrc\s*=\s*["']?(?:https?:)?//"""
    r"""|<link\b[^>]*?\bhref\s*=\s*["']?(?:https?:)?//"""
    r"""|@import\b[^;]*//|url\(\s*["']?(?:https?:)?//""",
    re.IGNORECASE,
)
"""What a browser loads by itself from another machine."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_spec("mkdocs") is None or find_spec("mkdocstrings_handlers") is None:
        pytest.skip("the site needs the extra docs")
    folder = tmp_path_factory.mktemp("site")
    command = ["-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return folder


def pages(site: Path) -> dict[str, str]:
    return {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*.html")}


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://a.test/b.js"></script>',
        "<link rel=stylesheet href=//a.test/b.css>",
        '<img alt="a" src="http://a.test/b.png">',
        "@import 'https://a.test/b.css';",
        "a { background: url(https://a.test/b.png) }",
    ],
)
def test_what_would_be_fetched_is_recognised(text: str) -> None:
    assert FETCHED.search(text)


def test_a_link_that_is_followed_on_a_click_is_none() -> None:
    assert not FETCHED.search('<a href="https://keepachangelog.com">the form</a>')


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    texts = pages(site) | {path.name: path.read_text() for path in site.rglob("*.css")}
    assert len(texts) > 20
    assert {name for name, text in texts.items() if FETCHED.search(text)} == set()
    # the theme would fetch what draws diagrams and counts of stars, if a page had them
    assert not any('class="mermaid"' in text or "data-md-source" in text for text in texts.values())


def test_every_page_that_is_written_is_on_the_site(site: Path) -> None:
    written = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    wanted = {path.with_suffix(".html").as_posix() for path in written if ".notes" not in path.name}
    results = (ROOT / "benchmarks" / "results").glob("*.md")
    wanted |= {f"benchmarks/results/{path.stem}.html" for path in results}
    assert wanted <= set(pages(site))


def test_every_public_name_has_its_docstring_on_a_page(site: Path) -> None:
    reference = "".join(path.read_text() for path in (site / "api").glob("*.html"))
    for name in set(facs.__all__) - {"__version__", "load"}:
        assert re.search(rf'id="facs\.[a-z.]+\.{name}"', reference), name
    assert 'id="facs.recording.Recording.load"' in reference  # facs.load


def test_the_first_page_is_the_readme_with_links_of_the_site(site: Path) -> None:
    first = (site / "index.html").read_text()
    assert 'href="conventions.html"' in first and 'src="pictures/overlay.png"' in first
    assert 'href="docs/' not in first


def test_a_link_to_a_program_keeps_its_words_alone(site: Path) -> None:
    text = (site / "gestures.html").read_text()
    assert "rest.py" in text and 'rest.py"' not in text
