"""Raw exports -> a folder of Parquet files, batch by batch, with every row accounted for."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.datasets import check_extract
from toolkit.errors import (
    AccountingError,
    FolderError,
    OptionError,
    ToolkitError,
    check_option,
    warn,
)
from toolkit.formats import SOURCES, read_pieces, recognise_format
from toolkit.parquet.checks import check_whole
from toolkit.parquet.duck import connect
from toolkit.parquet.intake import Candidate, find_candidates, make_batches, make_plan
from toolkit.parquet.ledger import (
    PROBLEMS,
    Entry,
    clean,
    name_batch,
    read_entries,
    working,
    write_entry,
)
from toolkit.parquet.parts import Parts
from toolkit.parquet.record import whole_record
from toolkit.parquet.sums import Sums
from toolkit.provenance import stamp
from toolkit.sources.gdelt import REPORTS
from toolkit.sources.loading import describe_extract

QUARTERS = 96  # of an hour, in a day
COLUMNS = {
    "file": "str", "path": "str", "status": "str", "provider": "str", "format": "str",
    "dataset": "str", "version": "str", "sha256": "str", "rows_in_file": "Int64",
    "rows_kept": "Int64", "rows_left_out": "Int64", "left_out_because": "str",
    "first_day": "datetime64[us]", "last_day": "datetime64[us]",
}  # fmt: skip
Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def to_parquet(
    paths: Paths,
    folder: str | os.PathLike[str],
    *,
    extract: Mapping[str, Any] | None = None,
    accessed: str | None = None,
    provider: str | None = None,
    keep: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    date_order: str | None = None,
    replace: bool = False,
    batch_bytes: int = 256 << 20,
    progress: bool = True,
) -> pd.DataFrame:
    """Turn raw exports of any size and number into a folder of Parquet files of events.

    Each file is read as its loader reads it, piece by piece, and each row is accounted for: rows
    in the file are rows kept plus rows left out. The events lie by dataset and year, what was left
    out, set missing or noted lies beside them in `_problems`, and the ledger of all files in
    `_ledger`. `ct.scan_events(folder)` opens it.

    Files are taken in batches. A batch counts when all of it is written, so that a run that was
    interrupted, however, is simply called again: files that are in the ledger are not read again,
    and no row stands twice. Events that several files hold are not made one: they are counted,
    and a warning names the files.

    Memory: about 200 MB of events that wait to be written, what `toolkit.formats.read_pieces` holds
    of one file, and 1 GB for the search for events that stand twice. Spreadsheets and JSON are read
    as a whole.

    Parameters
    ----------
    paths
        A file, or a list of files and folders. Folders are searched for .csv, .tab, .tsv, .txt,
        .json, .xlsx, .gz and .zip; hidden files are passed over.
    folder
        Where the events go: new, empty, or written by this function before.
    extract
        What each file was filtered on: dict with countries, start, end, event_types. Whole files
        of GDELT, known by their names, cover their own day.
    accessed
        The day the data were downloaded, "2026-01-31".
    provider
        "ACLED", "UCDP GED" or "GDELT", for files whose columns do not tell.
    keep, rename, date_order
        As for the loaders.
    replace
        Read a file again that changed, or that was taken with other options, and take out what
        came from it before. Files of the same batch are then read again too.
    batch_bytes
        Bytes of text in a batch; one larger file is a batch of its own. An interruption costs at
        most one batch.
    progress
        Whether to show a progress bar.

    Returns
    -------
    DataFrame
        One row for each file: `file`, `path` (seen from the folder), `status`, `provider`,
        `format`, `dataset`, `version`, `sha256`, `rows_in_file`, `rows_kept`, `rows_left_out`,
        `left_out_because`, `first_day`, `last_day`. The status is "written now", "already there",
        or begins with "not taken" and says why. The provenance is that of all events together.

    Raises
    ------
    FolderError
        The folder holds something else, another process writes there, the disk is full.
    FileFormatError, ColumnError
        A file given by its name cannot be read; one found in a folder is "not taken" instead.
    ChangedFileError, OptionError
        A file changed, or other options are asked for, since it was taken; see `replace`.
    MissingFileError, MissingDependencyError
        No such file; DuckDB is not installed.

    Warns
    -----
    DataWarning
        Once each: rows left out or changed; files not taken; coverage that is not stated; events
        outside of it; events that stand in several files.

    Examples
    --------
    >>> import tempfile
    >>> import toolkit as ct
    >>> from toolkit.datasets import find_file
    >>> span = dict(start="2012-01-01", end="2019-12-31")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = ct.to_parquet(find_file("sample-ged"), folder, extract=span, progress=False)
    ...     n = ct.scan_events(folder).aggregate("count(*)").fetchall()
    >>> files[["file", "status", "rows_kept"]]
          file       status  rows_kept
    0  ged.csv  written now       2316
    >>> n
    [(2316,)]
    """
    if provider is not None:
        check_option("provider", provider, SOURCES)
    check_extract(extract)
    connect("1GB", None, None)  # DuckDB is there: better known now than after hours
    home = Path(folder).expanduser()
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    options: dict[str, Any] = {
        "provider": provider, "keep": [keep] if isinstance(keep, str) else list(keep),
        "rename": dict(rename or {}), "date_order": date_order,
        "extract": describe_extract(extract), "accessed": accessed,
    }  # fmt: skip
    with working(home):
        candidates, others = find_candidates(given, home)
        if not candidates:
            raise OptionError(
                f"No file of events is in {', '.join(map(str, given))[:200] or 'an empty list'}.",
                "files of ACLED, UCDP GED or GDELT, or folders of them.",
                'ct.to_parquet("folder/of/exports", "events")',
            )
        entries = read_entries(home)
        strangers = clean(home, entries)
        plan = make_plan(candidates, entries, options, replace=replace)
        others += plan.others
        work = _Work(home, options, extract, others)
        work.run(make_batches(plan.todo, batch_bytes), plan.replaces,
                 total=sum(c.weight for c in plan.todo), progress=progress)  # fmt: skip
        entries = read_entries(home)
        clean(home, entries)
        record = whole_record(entries)
        _warn(home, entries, work.written, others, strangers, record)
    return stamp(_ledger_table(entries, work.written, others), {**record, "ledger": str(home)})


class _BrokenError(Exception):
    """A file that fails after some of its rows went into the parts, or that must be renamed."""


class _Work:
    """The batches of one run."""

    def __init__(
        self, home: Path, options: dict[str, Any], extract: Any, others: list[dict[str, Any]]
    ) -> None:
        self.home, self.options, self.extract, self.others = home, options, extract, others
        self.written: set[str] = set()
        self._invented: dict[str, tuple[str, str]] = {}

    def run(self, batches: Any, replaces: list[str], *, total: int, progress: bool) -> None:
        from tqdm.auto import tqdm

        self._bar = tqdm(total=total, desc="to_parquet", unit="B", unit_scale=True,
                         disable=not progress or not total)  # fmt: skip
        with self._bar:
            for batch in batches:
                done = self._bar.n
                while batch:
                    try:
                        replaces = self._write(batch, replaces)
                        break
                    except _BrokenError as broken:  # the rest of the batch from the start
                        batch = broken.args[0]
                        self._bar.n = done

    def _write(self, batch: list[Candidate], replaces: list[str]) -> list[str]:
        """Write a batch and its entry; return the batches that are still to be replaced."""
        name = name_batch(self.home)
        files: list[dict[str, Any]] = []
        with Parts(self.home, name) as parts:
            for candidate in batch:
                file = self._take(candidate, parts, len(files), batch)
                files += [file] if file else []
                self._bar.update(candidate.weight)
            made = parts.finish()
        if not files:
            return replaces
        rows = sum(int(file["record"]["rows_kept"]) for file in files)
        if rows != sum(part["rows"] for part in made):
            raise AccountingError(
                f"{rows:,} rows were kept, but {sum(p['rows'] for p in made):,} were written.",
                "rows written = rows kept.",
                "please report this as a fault of the toolkit",
            )
        write_entry(self.home, Entry(name, made, files, replaces))
        self.written |= {file["path"] for file in files}
        return []

    def _take(
        self, candidate: Candidate, parts: Parts, number: int, batch: list[Candidate]
    ) -> dict[str, Any] | None:
        """Read a file into the parts; None, with the reason in `others`, where it cannot be."""
        sums = None
        try:
            provider = self.options["provider"] or recognise_format(
                candidate.path, rename=self.options["rename"] or None
            )
            sums = Sums(provider)
            self._read(candidate, sums, parts, number)
            sums.check()
        except _BrokenError:
            raise _BrokenError(batch) from None
        except (FolderError, AccountingError):
            raise
        except ToolkitError as error:
            if candidate.asked:
                raise
            status = f"not taken: {error.wrong}"
            self.others.append(
                {"file": candidate.path.name, "path": candidate.name, "status": status}
            )
            if sums is not None and sums.kept:
                raise _BrokenError([c for c in batch if c is not candidate]) from None
            return None
        return self._describe(candidate, sums)

    def _read(self, candidate: Candidate, sums: Sums, parts: Parts, number: int) -> None:
        options = {k: self.options[k] for k in ("keep", "rename") if self.options[k]}
        if self.options["date_order"] and sums.provider != "GDELT":
            options["date_order"] = self.options["date_order"]
        sums.invented = self._invented.get(candidate.name)
        for piece in read_pieces(candidate.path, provider=sums.provider, **options):
            problems = piece.problems.table()
            sums.add(piece, problems)
            if piece.events.empty:
                parts.add_problems(problems, file=candidate.name)
                continue
            known = sums.invented
            dataset, _ = sums.names(piece.events)
            if sums.invented != known:
                self._invented[candidate.name] = sums.invented  # type: ignore[assignment]
                if sums.kept > len(piece.events):  # rows went out under the other name
                    raise _BrokenError
            events = piece.events
            if sums.invented:
                events = events.assign(dataset=dataset)
            parts.add(events, dataset=dataset, file=number)
            parts.add_problems(problems, file=candidate.name)
            self._bar.set_postfix_str(f"{candidate.path.name[:40]}, {sums.rows:,} rows")

    def _describe(self, candidate: Candidate, sums: Sums) -> dict[str, Any]:
        dataset, version = sums.names(pd.DataFrame())
        said = sums.describe(
            dataset, version, extract=self.extract, accessed=self.options["accessed"]
        )
        return {
            "path": candidate.name, "name": candidate.path.name, "size": candidate.size,
            "changed": candidate.changed, "sha256": sums.facts["sha256"],
            "taken": f"{datetime.date.today():%Y-%m-%d}", "options": self.options, **said,
        }  # fmt: skip


def _ledger_table(
    entries: list[Entry], written: set[str], others: list[dict[str, Any]]
) -> pd.DataFrame:
    rows = []
    for file in (file for entry in entries for file in entry.files):
        status = "written now" if file["path"] in written else "already there"
        rows.append({**file["record"], **file, "file": file["name"], "status": status})
    table = pd.DataFrame([*rows, *others]).reindex(columns=list(COLUMNS))
    for column in ("rows_in_file", "rows_kept", "rows_left_out"):
        table[column] = pd.to_numeric(table[column])
    return table.astype(COLUMNS)


def _warn(
    home: Path, entries: list[Entry], written: set[str], others: list[dict[str, Any]],
    strangers: list[Path], record: Mapping[str, str],
) -> None:  # fmt: skip
    """Say once each what could mislead, of the files of this run and of the whole folder."""
    new = [f for entry in entries for f in entry.files if f["path"] in written]
    _warn_problems(home, new)
    if others:
        first = others[0]
        warn(
            f"{len(others):,} files were not taken. The first: {first['path']}: {first['status']}. "
            "The table that to_parquet returns has them all."
        )
    guessed = sorted({end for f in new for end in f["guessed"]})
    if guessed:
        n = sum(bool(f["guessed"]) for f in new)
        warn(
            f"What {n:,} of {len(new):,} files were filtered on is not stated "
            f"({' and '.join(guessed)}): the events of each decide what it covers. A zero at its "
            "edges may be a gap; state it: "
            'extract=dict(countries=[...], start="...", end="...").'
        )
    _warn_days(entries)
    if strangers:
        warn(
            f"{home} holds {len(strangers):,} Parquet files that to_parquet did not write, such as "
            f"{strangers[0].name}: they are not read."
        )
    if entries:
        _warn_whole(home, entries, record)


def _warn_problems(home: Path, files: list[dict[str, Any]]) -> None:
    rows, kept = (sum(int(f["record"][k]) for f in files) for k in ("rows_in_file", "rows_kept"))
    actions = sum((Counter(f["actions"]) for f in files), Counter[str]())
    said = [f"{n:,} rows: {action}" for action, n in actions.items()]
    said += dict.fromkeys(g for f in files for g in f["record"].get("gaps", "").split("; ") if g)
    said += [REPORTS] if any(f["provider"] == "GDELT" for f in files) else []
    if said:
        more = f" and {len(said) - 10:,} more" if len(said) > 10 else ""
        warn(
            f"{len(files):,} files written now: {rows:,} rows in the files, {kept:,} kept; "
            f"{'; '.join(said[:10])}{more}. pd.read_parquet({str(home / PROBLEMS)!r}) lists the "
            "rows left out or changed; ct.find_problems(path) gives their lines."
        )


def _warn_days(entries: list[Entry]) -> None:
    """Warn of days of GDELT 2.0 that are covered in part: a day is made of 96 files."""
    records = [f["record"] for entry in entries for f in entry.files if f["provider"] == "GDELT"]
    quarters = {r["version"] for r in records if len(r.get("version", "")) == 14}
    days = Counter(version[:8] for version in quarters)
    short = sorted(day for day, n in days.items() if n < QUARTERS)
    if short:
        warn(
            f"Of {len(short):,} of {len(days):,} days fewer than {QUARTERS} files of GDELT 2.0 are "
            f"there (the first: {short[0]}, {days[short[0]]}): they count as covered, and their "
            "counts are too low."
        )


def _warn_whole(home: Path, entries: list[Entry], record: Mapping[str, str]) -> None:
    found = check_whole(home, entries, record["coverage"])
    if found["repeated"]:
        names = found["repeated_in"]
        more = f" and {len(names) - 8:,} more" if len(names) > 8 else ""
        warn(
            f"{found['repeated']:,} events stand more than once ({found['repeated_rows']:,} rows), "
            f"in {', '.join(names[:8])}{more}: each is counted as often as it stands. Take every "
            f"event from one file only: ct.to_parquet([files without overlap], new_folder)."
        )
    if found["outside"]:
        warn(
            f"{found['outside']:,} of {int(record['rows_kept']):,} events lie outside the coverage "
            "of the files (in country or date); they stay in the folder, but panels will not count "
            "them."
        )
