"""Damage event files at random and see that no row is lost and no strange error comes out.

    python tests/fuzz.py --runs 20000 --seed 1 [--real DIR] [--jobs 2] [--keep DIR]

Every run takes up to thirty rows of a file (invented ones, the sample, and with --real the event
files of a folder), damages them and loads them. It is a fault if
- anything but a `ToolkitError` comes out, or one whose three parts are not all filled,
- rows in the file are not rows kept plus rows left out, or the list of problems says otherwise,
- a column has another type than always, or an event has no date,
- Python's csv module, where it reads the text strictly and no quote is left open, finds another
  number of rows, other ids in the rows that are kept, or other lines for those left out.
The same seed gives the same files. --keep writes the files of faults to a folder.
"""

import argparse
import csv
import gzip
import io
import json
import random
import sys
import time
import warnings
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import makers
import openpyxl

import toolkit as ct
from toolkit.conversion import fold
from toolkit.errors import ToolkitError
from toolkit.sources import acled, ucdp

ROWS = 30
PROVIDERS = {ct.load_acled: "ACLED", ct.load_ucdp_ged: "UCDP GED"}
NASTY = [
    '"', '"', '""', ",", ";", "\t", "|", "\n", "\r", "\r\n", "\x00", "\ufeff", "\ufffd", "\x1a",
    "\u2028", "\x0b", "\x1c", " ", "'", "\\", "é", "\U0001f525", "=1+1", "<b>", "{", "[", "PK",
]  # fmt: skip
VALUES = [
    "", "NA", "6.0", "-1", "1e9", "9" * 30, "1,5", "1.5", "inf", "nan", "31/02/2016", "1/2/16",
    "13/1/2016", "1/13/2016", "2016-02-30", "0000-01-01", "18 April 2001", "20160101", "x" * 300,
    "99", "-181", "٣", "True", "0", "None", "\x00", "Civilians", "78", "a\nb", '"', "12:30",
]  # fmt: skip
ENCODINGS = ["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]


class FaultError(AssertionError):
    """Something that must not happen, in words."""


# ----------------------------------------------------------------------------------- files


def read_rows(path):
    """Return a delimited file as a list of rows, the header first."""
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        return list(csv.reader(text))


def invented_files():
    """Return the invented files of the tests as lists of rows."""
    acled_rows = [
        makers.acled_row(i, notes=f"In town {i}, near Kessarith.", event_date=f"{i}/04/2016")
        for i in range(1, 20)
    ]
    ged_rows = [makers.ged_row(i, date_start=f"2016-05-{i:02}") for i in range(1, 20)]
    texts = [
        *(makers.table(acled_rows, h) for h in (makers.ACLED, makers.ACLED_V3, makers.ACLED_V7)),
        *(makers.table(ged_rows, h) for h in (makers.GED, makers.GED_19)),
        makers.table(ged_rows, makers.GED, names=False),
        makers.table(acled_rows, ["event_date", "latitude", "longitude", "event_type", "notes"]),
    ]
    return [list(csv.reader(io.StringIO(text, newline=""))) for text in texts]


def event_files(folder):
    """Return the event files of a folder: those whose columns a loader knows."""
    found = []
    for path in sorted(folder.rglob("*.csv")):
        rows = read_rows(path)
        if any(module.recognise(rows[0]) for module in (acled, ucdp)):
            found.append(rows)
    return found


def find_files(real=None):
    """Return every file to start from: invented, the sample if it ships, the real ones."""
    sample = Path(__file__).resolve().parents[1] / "data" / "sample"
    files = invented_files() + event_files(sample)
    return files + (event_files(Path(real)) if real else [])


# --------------------------------------------------------------------------------- damage


def swap_fields(rows, dice):
    row = dice.choice(rows)
    i, j = dice.randrange(len(row)), dice.randrange(len(row))
    row[i], row[j] = row[j], row[i]


def change_value(rows, dice):
    row = dice.choice(rows)
    row[dice.randrange(len(row))] = dice.choice(VALUES)


def change_column(rows, dice):
    """Put one value, or a choice of them, all down a column."""
    at, choice = dice.randrange(len(rows[0])), dice.sample(VALUES, dice.choice([1, 3]))
    for row in rows[1:]:
        row[at % len(row)] = dice.choice(choice)


def change_header(rows, dice):
    header = rows[0]
    at = dice.randrange(len(header))
    kind = dice.randrange(6)
    if kind == 0:
        header[at] = dice.choice(header)
    elif kind == 1:
        header[:] = [h.upper() for h in header]
    elif kind == 2:
        header[at] = header[at][:10]
    elif kind == 3:
        header[at] = ""
    elif kind == 4:
        header[at] += dice.choice(NASTY)
    else:
        for row in rows:
            del row[at % len(row) : at % len(row) + 1]
            row.extend([] if row else [""])


def move_rows(rows, dice):
    kind = dice.randrange(4)
    if kind == 0:
        dice.shuffle(rows)
    elif kind == 1:
        rows.insert(dice.randrange(len(rows) + 1), list(dice.choice(rows)))
    elif kind == 2:
        rows.insert(dice.randrange(len(rows) + 1), [])
        rows[:] = [row or [""] for row in rows]
    else:
        row = dice.choice(rows)
        row[:] = row[: dice.randrange(len(row)) + 1]


IN_ROWS = [swap_fields, change_value, change_value, change_column, change_header, move_rows]


def damage_text(text, dice):
    at = dice.randrange(len(text) + 1)
    kind = dice.randrange(6)
    if kind <= 1:
        return text[:at] + dice.choice(NASTY) * dice.choice([1, 1, 1, 3]) + text[at:]
    if kind == 2:
        return text[:at] + text[at + dice.choice([1, 1, 2, 20, 500]) :]
    if kind == 3:
        return text[:at]
    lines = text.split("\n")
    first, second = dice.randrange(len(lines)), dice.randrange(len(lines))
    if kind == 4:
        lines[first], lines[second] = lines[second], lines[first]
    else:
        lines.insert(first, lines[second])
    return "\n".join(lines)


def damage_bytes(content, dice):
    if not content:
        return content
    content = bytearray(content)
    for _ in range(dice.choice([1, 1, 2, 10])):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return bytes(content[: dice.randrange(len(content))] if dice.random() < 0.2 else content)


def write_json(rows, dice):
    header, *rows = rows
    records = [dict(zip(header, row, strict=False)) for row in rows]
    count = dice.choice([len(rows), 99, "many", None])
    content = dice.choice([records, {"total_count": count, "data": records}, {"Result": records}])
    return json.dumps(content, ensure_ascii=dice.random() < 0.5)


def write_workbook(rows, dice):
    book = openpyxl.Workbook()
    if dice.random() < 0.2:
        book.create_sheet("two").append(["x"])
    for row in rows:
        plain = (openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", v)[:1000] for v in row)
        book.active.append([float(v) if v.isdecimal() and len(v) < 9 else v for v in plain])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_text(rows, dice):
    out = io.StringIO(newline="")
    delimiter = dice.choice([",", ",", ",", ";", "\t", "|"])
    end = dice.choice(["\n", "\n", "\r\n", "\r"])
    quoting = dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


def wrap(content, dice):
    if dice.random() < 0.5:
        return gzip.compress(content, mtime=0)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in dice.choice([["a.csv"], ["a.csv"], ["../a.csv"], ["a.csv", "b.csv"], []]):
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def make_case(files, dice):
    """Return one damaged file as bytes."""
    header, *rows = dice.choice(files)
    chosen = [list(r) for r in (header, *dice.sample(rows, min(len(rows), dice.randint(1, ROWS))))]
    for _ in range(dice.choice([0, 0, 1, 1, 2, 5])):
        dice.choice(IN_ROWS)(chosen, dice)
    kind = dice.random()
    if kind < 0.01:
        content = write_workbook(chosen, dice)
    else:
        text = write_json(chosen, dice) if kind < 0.04 else write_text(chosen, dice)
        for _ in range(dice.choice([0, 0, 1, 1, 2, 5])):
            text = damage_text(text, dice)
        content = text.encode(dice.choice(ENCODINGS), errors="replace")
    if dice.random() < 0.15:
        content = damage_bytes(content, dice)
    if dice.random() < 0.05:
        content = wrap(content, dice)
        content = damage_bytes(content, dice) if dice.random() < 0.3 else content
    return content


# ---------------------------------------------------------------------------------- checks


def check(content, how):
    """Load one file and return what became of it, as a few words; raise `FaultError`."""
    try:
        events = how(makers.file_of(content))
    except ToolkitError as error:
        check_parts(error)
        if "holds no event" in error.wrong:
            ct.find_problems(makers.file_of(content), provider=PROVIDERS.get(how))
        return type(error).__name__, error.wrong
    problems = ct.find_problems(makers.file_of(content), provider=PROVIDERS.get(how))
    try:
        makers.check_accounting(events, problems)
    except AssertionError as error:
        raise FaultError(f"accounting: {error}") from error
    compare(content, events, problems)
    return "loaded", "with problems" if len(problems) else "clean"


def check_parts(error):
    if not all(part.strip() for part in (error.wrong, error.allowed, error.fix)):
        raise FaultError(f"an error lacks a part: {error!r}")


def compare(content, events, problems):
    """Compare with what Python's csv module reads, where that is beyond doubt."""
    facts = events.attrs
    encoding = facts["encoding"].partition(",")[0]
    if facts["delimiter"] == "none" or content[:2] in (b"\x1f\x8b", b"PK"):
        return
    if problems["reason"].str.contains("quote is not closed").any():
        return
    text = content.decode(encoding, errors="replace").lstrip("\ufeff")
    delimiter = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}[facts["delimiter"]]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, begin = [], 1
    try:
        for row in reader:
            if row:
                rows.append((begin, row))
            begin = reader.line_num + 1
    except csv.Error:
        return
    header = [] if facts.get("header") == "none" else rows.pop(0)[1]
    if len(rows) != int(facts["rows_in_file"]):
        raise FaultError(f"csv finds {len(rows)} rows, the toolkit {facts['rows_in_file']}")
    for line, record in zip(problems["line"], problems["record"], strict=True):
        if rows[record - 1][0] != line:
            raise FaultError(f"row {record} begins on line {rows[record - 1][0]}, not {line}")
    compare_ids(header, [row for _, row in rows], events, problems)


def compare_ids(header, rows, events, problems):
    names = [fold(h) for h in header] or ucdp.COLUMNS
    at = [i for i, n in enumerate(names) if n in ("id", "event_id_cnty")]
    if len(at) != 1 or not events["dataset"].iloc[0].endswith(("acled", "ged")):
        return
    gone = set(problems.loc[problems["action"] == "row left out", "record"])
    kept = [row[at[0]] for i, row in enumerate(rows, 1) if i not in gone]
    plain = [value.replace("\x00", "").strip().removesuffix(".0") for value in kept]
    if plain != events["event_id"].str.removesuffix(".0").tolist():
        raise FaultError("the events kept are not the rows that were not left out")


# ----------------------------------------------------------------------------------- running


def run(files, *, runs, seed, keep=None):
    """Run the checks; return counts by outcome and a list of (number of the run, fault)."""
    outcomes, faults = Counter(), []
    stray = []
    sys.unraisablehook = lambda args: stray.append(repr(args.exc_value))
    for number in range(seed, seed + runs):
        dice = random.Random(number)
        content = make_case(files, dice)
        how = dice.choice([ct.load_events, ct.load_events, ct.load_acled, ct.load_ucdp_ged])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                for kind in (ct.DataWarning, ResourceWarning):
                    warnings.simplefilter("ignore", kind)
                warnings.filterwarnings("ignore", module="openpyxl")
                outcome, words = check(content, how)
            if stray:
                raise FaultError(f"swallowed: {stray.pop()}")
            outcomes[outcome, classify(words)] += 1
        except Exception as error:  # whatever comes out is what is looked for
            faults.append((number, f"{type(error).__name__}: {error}"[:300]))
            outcomes["FAULT", type(error).__name__] += 1
            if keep:
                Path(keep).mkdir(parents=True, exist_ok=True)
                Path(keep, f"{number}-{how.__name__}.bin").write_bytes(content)
    sys.unraisablehook = sys.__unraisablehook__
    return outcomes, faults


def classify(words):
    """Return the words of an error without the file's own, to count it by kind."""
    kinds = ["is not a file of", "holds no event", "stands twice", "mixes orders", "is empty",
             "no column", "not whole JSON", "no list of records", "cannot be unpacked", "web page",
             "no header row", "tables", "sheets", "of no provider", "could be", "cannot be read",
             "with problems", "clean"]  # fmt: skip
    return next((k for k in kinds if k in words), words[:60])


def run_part(arguments):
    real, runs, seed, keep = arguments
    return run(find_files(real), runs=runs, seed=seed, keep=keep)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", help="folder with real event files")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", help="folder for the files of faults")
    options = parser.parse_args()
    begin = time.time()
    size = -(-options.runs // options.jobs)
    parts = [(options.real, min(size, options.runs - i), options.seed + i, options.keep)
             for i in range(0, options.runs, size)]  # fmt: skip
    with ProcessPoolExecutor(options.jobs) as pool:
        results = list(pool.map(run_part, parts))
    outcomes = sum((o for o, _ in results), Counter())
    print(f"{options.runs:,} runs from seed {options.seed} in {time.time() - begin:.0f} s")
    for (outcome, words), count in sorted(outcomes.items(), key=lambda item: -item[1]):
        print(f"{count:8,}  {outcome}: {words}")
    for number, fault in (f for _, faults in results for f in faults[:50]):
        print(f"run {number}: {fault}")
    return int(any(faults for _, faults in results))


if __name__ == "__main__":
    sys.exit(main())
