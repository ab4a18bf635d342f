"""Exports put into a folder, and folders of events converted from them."""

from makers import quiet

import toolkit as ct

SPAN = {"start": "2010-01-01", "end": "2020-12-31"}


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def convert(paths, folder, **options):
    """Convert without warnings, and check the accounting of the whole folder."""
    files = quiet(ct.to_parquet, paths, folder, progress=False, **{"extract": SPAN, **options})
    kept = files[files["dataset"].notna()]
    assert (kept["rows_in_file"] == kept["rows_kept"] + kept["rows_left_out"]).all()
    assert len(content(folder)) == kept["rows_kept"].sum() == int(files.attrs["rows_kept"])
    return files


def content(folder):
    """Return all events of a folder, sorted."""
    events = ct.scan_events(folder, threads=1)
    return sorted(events.project("dataset, event_id, date_start, actor1, fatalities").fetchall())
