"""A report in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facs.evaluation.report_values import Report
from facs.evaluation.report_views import View, facts, views

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_report"]


def print_report(report: Report, console: Console) -> None:
    """Print the tables of a report, and below them what a reader should know."""
    for view in views(report):
        _print(view, console)
    for fact in facts(report):
        console.print(f"- {fact}", markup=False, highlight=False)


def _print(view: View, console: Console) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=view.title, title_justify="left", box=None, pad_edge=False)
    for index, name in enumerate(view.columns):
        table.add_column(escape(name), justify="right" if index else "left")
    for row in view.rows:
        table.add_row(*map(escape, row))
    console.print(table)
    console.print()
