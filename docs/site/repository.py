"""Hook of MkDocs: pages that lie elsewhere in the repository, and links that leave `docs/`.

The pages are written to be read in a checkout, where a link may point at a program or at a
table that one wrote. On the site README.md is the first page, the tables in benchmarks/results have
pages, and what has none keeps the words of its link without the link.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parents[2]

ELSEWHERE: Final = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/results/*.*")
"""What has a place on the site beside `docs/`."""

SHOWN: Final = (".md", ".png")

LINK: Final = re.compile(r"\[([^\[\]]*)\]\(([^()\s]+)\)")
CODE: Final = re.compile(r"`[^`\n]+`")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the names of pages in the place of every star in the navigation."""
    config.nav = _without_stars(config.nav)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies elsewhere."""
    for path in _elsewhere():
        files.append(File.generated(config, _place(path), abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: Any) -> str:
    """Make links, which are right in a checkout, right on the site."""
    assert page.file.abs_src_path is not None
    source = Path(page.file.abs_src_path).relative_to(ROOT).as_posix()

    def link(found: re.Match[str]) -> str:
        return _link(found[1], found[2], source, files)

    return CODE.sub(_bar, LINK.sub(link, markdown))


def _without_stars(entry: Any) -> Any:
    if isinstance(entry, dict):
        return {name: _without_stars(below) for name, below in entry.items()}
    if isinstance(entry, list):
        return [page for below in entry for page in _pages(below)]
    return entry


def _pages(entry: Any) -> list[Any]:
    if not isinstance(entry, str) or "*" not in entry:
        return [_without_stars(entry)]
    folder = ROOT if entry.startswith("benchmarks/") else ROOT / "docs"
    found = sorted(path.relative_to(folder).as_posix() for path in folder.glob(entry))
    return [name for name in found if not name.endswith(".notes.md")]


def _elsewhere() -> list[str]:
    found = (path for pattern in ELSEWHERE for path in sorted(ROOT.glob(pattern)))
    return [path.relative_to(ROOT).as_posix() for path in found if path.suffix in SHOWN]


def _place(path: str) -> str:
    """Where a file of the repository is on the site."""
    return "index.md" if path == "README.md" else path.removeprefix("docs/")


def _bar(found: re.Match[str]) -> str:
    r"""In code in a table GitHub wants ``\|``, and Python-Markdown shows the backslash."""
    return found[0].replace("\\|", "|")


def _link(words: str, target: str, source: str, files: Files) -> str:
    """A link of the page `source`; without its target where the site does not have that."""
    address, mark, anchor = target.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), address))
    if not address or ":" in address or not (ROOT / path).exists():
        return f"[{words}]({target})"  # MkDocs complains of those that lead nowhere
    place = _place(path)
    if files.get_file_from_path(place) is None:
        return words
    here = posixpath.dirname(_place(source)) or "."
    return f"[{words}]({posixpath.relpath(place, here)}{mark}{anchor})"
