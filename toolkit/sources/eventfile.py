"""A provider's file -> events, whole or piece by piece, with the same decisions and accounting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from toolkit.cells import Column
from toolkit.conversion import Conversion
from toolkit.events import make_event_table
from toolkit.opening import fits
from toolkit.problems import Problems
from toolkit.reading import CellTable, Choice, Readable, read_cells, read_cells_again
from toolkit.sources.loading import (
    Loaded,
    carry,
    check_keep,
    drop_repeats,
    find_access,
    find_columns,
    keep_rows,
)


class Form(NamedTuple):
    """What a source says of its files.

    `known` are the spellings of its columns, `needed` the one without which nothing can be done,
    `ids` that of the events' ids, `unused` those of which nothing is made, `silent` names and ids
    in which no rule finds a problem. `convert` makes the columns of the events; `decide` converts
    only what is decided on the whole file, and returns the dates, and `describe` returns the
    facts, both from the columns `deciding`.
    """

    provider: str
    known: Mapping[str, str]
    needed: str
    ids: str
    unused: Sequence[str]
    silent: Sequence[str]
    deciding: Sequence[str]
    decide: Callable[[Conversion, str | None], Column]
    convert: Callable[[Conversion, str | None], dict[str, Any]]
    describe: Callable[[Conversion, bool], dict[str, str]]


class EventFile:
    """One file of a provider; `names` are those of a file without a header row."""

    def __init__(
        self, source: Readable, form: Form, *, keep: Sequence[str] = (),
        rename: Mapping[str, str] | None = None, date_order: str | None = None,
        names: list[str] | None = None, quotes: bool = True,
    ) -> None:  # fmt: skip
        self._source, self._form, self._names, self._quotes = source, form, names, quotes
        self._keep, self._rename, self._order = keep, rename, date_order
        self._columns: dict[str, str] = {}

    def read(self) -> Loaded:
        """Read the whole file."""
        table, convert = self._read(self._choose)
        events = self._make_events(convert)
        return Loaded(events, table.problems, self._describe(convert, table))

    def find_problems(self) -> tuple[Problems, dict[str, str]]:
        """Read the whole file for its problems and facts only: no table is made."""
        table, convert = self._read(self._choose_telling)
        columns = self._form.convert(convert, self._order)
        drop_repeats(convert, self._form.ids, columns["date_start"])
        return table.problems, self._describe(convert, table)

    def read_pieces(self, piece_bytes: int) -> Iterator[Loaded]:
        """Read the file twice: once for what is decided on the whole, once piece by piece.

        A file that is a piece itself is read once.
        """
        if fits(self._source, piece_bytes):
            yield self.read()
            return
        survey, whole = self._read(self._choose_deciding)
        if survey.layout is None:  # a spreadsheet or JSON is in memory anyway
            yield self.read()
            return
        drop_repeats(whole, self._form.ids, self._form.decide(whole, self._order))
        facts, decisions = self._describe(whole, survey), whole.decisions
        find_lines, layout = survey.problems.find_lines, survey.layout
        del whole, survey
        for table in read_cells_again(self._source, self._choose, layout, size=piece_bytes):
            table.problems.find_lines = find_lines
            convert = Conversion(table.cells, self._columns, table.problems, decisions)
            events = self._make_events(convert)
            yield Loaded(events, table.problems, {**facts, **table.facts})

    def _read(self, choose: Choice) -> tuple[CellTable, Conversion]:
        table = read_cells(self._source, choose, names=self._names, quotes=self._quotes)
        return table, Conversion(table.cells, self._columns, table.problems)

    def _choose(self, header: list[str], file: str) -> list[str]:
        """Find the provider's columns; those of which nothing is made are read if they are kept."""
        form = self._form
        self._columns = find_columns(
            header, known=form.known, rename=self._rename, needed=form.needed,
            provider=form.provider, file=file,
        )  # fmt: skip
        self._kept = check_keep(self._keep, self._columns, header)
        used = [own for name, own in self._columns.items() if name not in form.unused]
        kept = [self._columns.get(n, n) for n in self._kept]
        return list(dict.fromkeys([*used, *kept]))

    def _choose_telling(self, header: list[str], file: str) -> list[str]:
        self._choose(header, file)
        without = {*self._form.unused, *self._form.silent}
        return [own for name, own in self._columns.items() if name not in without]

    def _choose_deciding(self, header: list[str], file: str) -> list[str]:
        self._choose(header, file)
        return [self._columns[n] for n in self._form.deciding if n in self._columns]

    def _make_events(self, convert: Conversion) -> pd.DataFrame:
        columns = {**carry(convert, self._kept), **self._form.convert(convert, self._order)}
        events = make_event_table(columns, index=convert.index)
        drop_repeats(convert, self._form.ids, columns["date_start"])
        return keep_rows(events, convert.problems)

    def _describe(self, convert: Conversion, table: CellTable) -> dict[str, str]:
        facts = self._form.describe(convert, self._names is not None)
        return {**find_access(self._source, table.facts), **facts}
