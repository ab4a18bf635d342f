"""The benchmarks compare like with like: on tiny files every side gives the same numbers.

No test judges by time.
"""

import resource
import sys
from pathlib import Path

import makers
import pandas as pd
import pytest

import toolkit as ct
from toolkit.events import make_event_table

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
DEATHS = ["fatalities", "fatalities_low", "fatalities_high"]


@pytest.fixture(scope="module")
def bench():
    """Return a function that imports a file of the benchmarks, as a run of them does."""
    names = [path.stem for path in BENCHMARKS.glob("*.py")]
    sys.path.insert(0, str(BENCHMARKS))
    yield __import__
    sys.path.remove(str(BENCHMARKS))
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def files(bench, tmp_path_factory):
    """Return files of 2,000 rows, which is the least."""
    made = bench("files").Files(tmp_path_factory.mktemp("benchmarks"), 1e-6)
    for name in ("ged", "acled", "events-1m"):
        made.make(name)
    return made


@pytest.fixture(scope="module")
def events(files):
    return pd.read_parquet(files.path("events-1m"))


@pytest.fixture(scope="module")
def panel(events):
    return ct.count_events(events, by="admin1")


def cells(counted, by):
    """Return the cells with events, in order, as plain numbers and texts."""
    if not isinstance(counted["period"].dtype, pd.PeriodDtype):
        counted = counted.assign(period=counted["period"].dt.to_period("M"))
    table = counted.loc[counted["n_events"] > 0, [*by, "period", "n_events", *DEATHS]]
    plain = table.astype(dict.fromkeys(["n_events", *DEATHS], "int64"))
    return plain.astype(dict.fromkeys(by, "str")).sort_values([*by, "period"], ignore_index=True)


def same(ours, theirs, by):
    pd.testing.assert_frame_equal(cells(ours, by), cells(theirs, by), check_dtype=False)


def test_made_exports_have_the_true_headers_and_load_without_a_problem(bench, files):
    exports = bench("exports")
    assert (exports.GED, exports.ACLED) == (makers.GED, makers.ACLED)
    for name, load in (("ged", ct.load_ucdp_ged), ("acled", ct.load_acled)):
        with pytest.warns(ct.DataWarning):  # the coverage is not stated
            loaded = load(files.path(name))
        assert len(loaded) == len(bench("idioms").read_csv(files.path(name))) == 2000
        assert ct.find_problems(files.path(name)).empty


def test_a_made_table_is_an_event_table(events):
    assert events.dtypes.equals(make_event_table({}, index=pd.RangeIndex(0)).dtypes)
    assert ct.validate_events(events).empty
    assert "INVENTED" in ct.source_line(events)
    several = (events["date_end"] > events["date_start"]).mean()
    assert 0.07 < several < 0.13
    by_actor = events["actor1"].value_counts(normalize=True)
    assert by_actor.head(20).sum() > 0.3


def test_counts_by_hand_are_ours(bench, events, panel):
    by = ["country", "admin1"]
    by_hand = bench("idioms").count_events(events, by, "month")
    same(panel, by_hand, by)
    units, months = events[by].drop_duplicates(), by_hand["period"].nunique()
    assert len(by_hand) == len(units) * months


def test_counts_with_polars_are_ours(bench, files, panel):
    pytest.importorskip("polars")
    by = ["country", "admin1"]
    theirs = bench("engines").scan_with_polars(files.parts("events-1m"), by, "month").to_pandas()
    same(panel, theirs, by)


def test_counts_from_parquet_are_ours(bench, files, panel):
    pytest.importorskip("duckdb")
    engines, parts = bench("engines"), files.parts("events-1m")
    connection = engines.connect_duckdb("1GB", files.folder)
    ours = panel.groupby(["country", "period"])[["n_events", *DEATHS]].sum().reset_index()
    same(ours, engines.count_with_duckdb(connection, parts, "country"), ["country"])
    same(ours, bench("idioms").count_parquet(parts, ["country"], "month"), ["country"])


def test_dyads_by_hand_are_ours(bench, events):
    by_hand = bench("idioms").count_dyads(events, "year")
    same(ct.count_dyads(events), by_hand, ["actor1", "actor2"])


@pytest.mark.parametrize("name", ["dyads", "load-ged"])
def test_sides_of_a_case_answer_the_same(bench, files, name, recwarn):
    case = next(case for case in bench("cases").CASES if case.name == name)
    reports = [bench("child").run(side, files) for side in case.sides]
    assert {report["outcome"] for report in reports} == {"done"}
    assert all(report["answer"] == reports[0]["answer"] for report in reports)


def test_a_run_tells_its_end_and_its_peak(bench, files):
    runs = bench("runs")
    case = next(case for case in bench("cases").CASES if case.name == "import")
    report, peak = runs.run_child(case, 1, files, runs.Limits(60, 16))
    assert report["outcome"] == "done"
    assert report["seconds"] > 0
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * runs.UNIT / 1e9
    assert 0.01 < peak < 2 + own  # a process that is forked begins with its parent's peak
    report, _ = runs.run_child(case, 1, files, runs.Limits(0.0, 16))
    assert report["outcome"] == "longer than 0 s"
    if Path("/proc/self/statm").exists():
        report, _ = runs.run_child(case, 1, files, runs.Limits(60, 0.001))
        assert report["outcome"] == "out of memory"


def test_what_a_version_or_a_machine_does_not_have_is_skipped_and_why(bench, files):
    child, side = bench("child"), bench("cases").Side
    absent = child.run(side("x", lambda files: ct.no_such_function), files)
    assert absent == {"outcome": "skipped", "why": "not in this version: no_such_function"}
    library = child.run(side("x", lambda files: __import__("no_such_library")), files)
    assert library["outcome"] == "skipped"
    assert child.is_memory(MemoryError())
    assert not child.is_memory(ValueError("no"))


def test_report_compares_round_by_round(bench, files):
    runs, report, cases = bench("runs"), bench("report"), bench("cases")
    sides = (cases.ours(None), cases.Side("pandas", None, 1.2, 1.0), cases.Side("polars", None))
    ours = runs.Runs("toolkit", [1.0, 4.0, 3.0], [0.5, 0.5, 0.5], {"rows": 2})
    theirs = runs.Runs("pandas", [1.0, 2.0, 2.0], [1.0, 1.0, 1.0], {"rows": 3})
    absent = runs.Runs("polars", outcome="out of memory", peaks=[9.0])
    case = cases.Case("loading", "Load", sides)
    # ratios 1, 2, 1.5
    rows = report.case_rows(report.Measured(case, [ours, theirs, absent], "2026-01-01", "abc"))
    assert rows == [
        "| Load (`loading`) | toolkit | 3 | 3.00 | 1.00 | 4.00 |  | 0.500 |  |",
        "|  | pandas | 3 | 2.00 | 1.00 | 2.00 | 1.50, **misses** 1.2 | 1.00 | 0.500, meets 1 |",
        "|  | polars | 0 | out of memory |  |  |  | 9.00 |  |",
    ]
    assert runs.different_answers(case, [ours, theirs, absent]) == ["pandas"]
    assert report.find_exponent([10, 100, 1000], [1, 100, 10_000]) == pytest.approx(2)


def test_report_and_picture_are_written(bench, files, tmp_path):
    run, runs = bench("run"), bench("runs")
    small = bench("files").Files(tmp_path, 0.5)
    for name, size in (("import", 1.0), ("rows-1m", 1.0), ("rows-2m", 2.0)):
        case = next(case for case in bench("cases").CASES if case.name == name)
        everyone = [runs.Runs(side.name, [size, size], [0.1, 0.1]) for side in case.sides]
        runs.save_runs(run.kept_runs(small, case), everyone, day="2026-01-01", commit="abc")
    run.write(small, tmp_path / "BENCHMARKS.md")
    text = (tmp_path / "BENCHMARKS.md").read_text()
    assert "| pandas | 2 | 1.00 | 1.00 | 1.00 | 1.00, meets 1.2 |" in text
    assert "| Rows | 500,000 | 1,000,000 | exponent |" in text
    assert "trial at scale 0.5" in text
    assert (tmp_path / "docs" / "benchmarks.png").stat().st_size > 10_000
    assert "measured 2026-01-01 at commit abc" in text


def test_cases_have_names_of_their_own_and_files_that_can_be_made(bench):
    cases = bench("cases").CASES
    assert len({case.name for case in cases}) == len(cases)
    known = set(bench("files").FILES)
    assert all(set(case.files) <= known for case in cases)
    assert all(case.sides[0].name == "toolkit" for case in cases)
