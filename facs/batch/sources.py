"""Which videos a batch is about, and what the results of each are called."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from facs.errors import InputError
from facs.video.paths import refuse_address
from facs.video.source import FILM_KINDS, FILM_SUFFIXES

__all__ = ["SUFFIXES", "Source", "find_sources", "named"]

SUFFIXES: Final = FILM_SUFFIXES
"""Names of files in a folder that are taken for videos; a file that is named is always taken."""


@dataclass(frozen=True)
class Source:
    """A video, and where it is among the others.

    Parameters
    ----------
    path : Path
        Absolute.
    place : PurePath
        Relative to what all the arguments have in common.
    """

    path: Path
    place: PurePath


def find_sources(arguments: Iterable[str | os.PathLike[str]], leave_out: set[Path]) -> list[Source]:
    """Find videos: those of folders and their folders, those of lists, and those that are named.

    Parameters
    ----------
    arguments : iterable of path
        A folder; a ``.txt`` file with one path on each line, relative to its own folder;
        or a video. What is named and absent is taken along, to be reported.
    leave_out : set of Path
        Files and folders that are not looked at, such as the results, by whatever links.

    Returns
    -------
    list of Source
        Each video once, in order of place.

    Raises
    ------
    InputError
        If there is no video at all, or a list cannot be read.
    """
    roots = [_absolute(path) for argument in arguments for path in _listed(argument)]
    base = _common([root if root.is_dir() else root.parent for root in roots])
    paths = set(_videos(roots, {_place(path) for path in leave_out}))
    if not paths:
        raise InputError(
            f"wanted videos, found none in {', '.join(map(str, roots[:3])) or 'an empty list'}: "
            f"files of other kinds than {FILM_KINDS} have to be named one by one"
        )
    found = [Source(path, PurePath(os.path.relpath(path, base))) for path in paths]
    return sorted(found, key=lambda source: source.place)


def _absolute(path: Path) -> Path:
    """Without following links: what a link is called is what its results are called."""
    return Path(os.path.normpath(path.absolute()))


def _listed(argument: str | os.PathLike[str]) -> list[Path]:
    """The paths on the lines of a list; anything else is itself."""
    path = Path(argument)
    if not path.exists():
        refuse_address(argument)
    if path.suffix.lower() != ".txt" or not path.is_file():
        return [path]
    try:
        # Editors of Windows begin a list with a mark, which is no part of the first name.
        lines = path.read_text(encoding="utf-8-sig", errors="surrogateescape").splitlines()
    except OSError as error:
        raise InputError(f"cannot read the list {path}: {error.strerror}") from error
    for line in lines:
        refuse_address(line.strip())
    return [path.parent / line.strip() for line in lines if line.strip()]


def _common(folders: Sequence[Path]) -> Path:
    return Path(os.path.commonpath(folders)) if folders else Path()


def _place(path: Path) -> Path:
    """Where a file lies, whatever links lead there; one that is a link itself stays one."""
    return Path(os.path.realpath(path.parent), path.name)


def _videos(roots: Sequence[Path], leave_out: set[Path]) -> Iterator[Path]:
    """Yield the videos of all roots; behind links only what is in no folder without them."""
    links: list[Path] = []
    visited: set[Path] = set()  # a link may lead back to a folder that holds it
    for root in roots:
        yield from _below(root, leave_out, visited, links) if root.is_dir() else [root]
    for link in links:  # grows while links lead to links
        yield from _below(link, leave_out, visited, links)


def _below(
    root: Path, leave_out: set[Path], visited: set[Path], links: list[Path]
) -> Iterator[Path]:
    """Yield the videos of a folder and of those in it; links to folders are left for later."""
    for folder, inner, names in os.walk(root):
        here, real = Path(folder), Path(os.path.realpath(folder))
        if real in visited or real in leave_out:
            inner.clear()
            continue
        visited.add(real)
        wanted = (n for n in inner if not n.startswith(".") and real / n not in leave_out)
        inner[:] = sorted(wanted)  # or which of two links is followed would be chance
        links += [here / n for n in inner if (here / n).is_symlink()]
        for name in names:
            known = Path(name).suffix.lower() in SUFFIXES and not name.startswith(".")
            if known and real / name not in leave_out:
                yield here / name


def named(
    sources: Sequence[Source], known: dict[str, str], files: Callable[[str], Iterable[Path]]
) -> dict[str, str]:
    """Name the results of each source, so that no two write to the same file or to a source.

    Parameters
    ----------
    sources : sequence of Source
    known : dict of str
        Names that were given before, by the path of the source: they stay, unless a source
        has come to lie where they would write.
    files : callable
        What the results of a name are written to.

    Returns
    -------
    dict of str
        By the path of the source: its place without the suffix, or with it where that is
        the place of another video, with a number where even that is.

    Examples
    --------
    >>> places = ["a/x.mp4", "b/x.mp4", "b/y.mp4", "b/y.mov"]
    >>> sources = [Source(Path("/films") / place, PurePath(place)) for place in places]
    >>> list(named(sources, {}, lambda name: [Path(name + ".csv")]).values())
    ['a/x', 'b/x', 'b/y.mp4', 'b/y.mov']
    """
    here = {str(source.path) for source in sources}
    taken = _keys(source.path for source in sources)
    taken |= {key for path, name in known.items() if path not in here for key in _keys(files(name))}
    stems = Counter(_stem(source) for source in sources if str(source.path) not in known)
    names: dict[str, str] = {}
    for source in sorted(sources, key=lambda s: str(s.path) not in known):
        for name in _candidates(source, known, alone=stems[_stem(source)] == 1):
            keys = _keys(files(name))
            if taken.isdisjoint(keys):
                taken |= keys
                names[str(source.path)] = name
                break
    return names


def _candidates(source: Source, known: dict[str, str], alone: bool) -> Iterator[str]:
    if (name := known.get(str(source.path))) is not None:
        yield name
    if alone:
        yield _stem(source)
    full, number = source.place.as_posix(), 2
    yield full
    while True:
        yield f"{full} ({number})"
        number += 1


def _stem(source: Source) -> str:
    return source.place.with_suffix("").as_posix()


def _keys(files: Iterable[Path]) -> set[str]:
    """Some disks do not tell large letters from small ones."""
    return {os.path.normcase(str(_place(path))).casefold() for path in files}
