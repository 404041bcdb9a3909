"""Stages that run at the same time: one thread beside the caller's, and never out of order.

Decoders, OpenCV and ONNX Runtime let go of Python's lock while they work, so threads are
enough. Results are the same as without: every stage still sees the same items one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, Final, TypeVar

__all__ = ["ahead", "batched", "overlapped"]

T = TypeVar("T")
R = TypeVar("R")

_END: Final = object()


def ahead(items: Iterable[T], threads: int) -> Generator[T, None, None]:
    """Items as they are, the next one made while the last is used if there are threads for it.

    Once it is closed nothing is being made any more, and what the items come from can be closed.

    Examples
    --------
    >>> list(ahead("abc", threads=2))
    ['a', 'b', 'c']
    """
    if threads < 2:
        yield from items
        return
    iterator = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="facs-ahead") as pool:
        coming: Future[Any] = pool.submit(next, iterator, _END)
        while (item := coming.result()) is not _END:
            coming = pool.submit(next, iterator, _END)
            yield item


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Items in lists of `size`, the last of what is left (`itertools.batched`, from Python 3.12).

    Examples
    --------
    >>> list(batched("abc", 2))
    [['a', 'b'], ['c']]
    """
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def overlapped(work: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[tuple[T, R]]:
    """Each item and what `work` made of it, in order; one is worked on while the next is made.

    Examples
    --------
    >>> list(overlapped(len, ["a", "bc"], threads=2))
    [('a', 1), ('bc', 2)]
    """
    if threads < 2:
        for item in items:
            yield item, work(item)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="facs-work") as pool:
        waiting: tuple[T, Future[R]] | None = None
        for item in items:
            result = pool.submit(work, item)
            if waiting is not None:
                yield waiting[0], waiting[1].result()
            waiting = item, result
        if waiting is not None:
            yield waiting[0], waiting[1].result()
