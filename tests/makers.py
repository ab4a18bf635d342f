"""Invented rows under the providers' true headers, and the checks that every loaded file meets.

Countries, places and actors do not exist. Headers are those of real exports.
"""

import csv
import io
import warnings

import pytest

import toolkit as ct
from toolkit.errors import ToolkitError
from toolkit.events import CATEGORIES, COLUMNS, DTYPES

ACLED = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,"
    "assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,"
    "country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,"
    "notes,fatalities,tags,timestamp"
).split(",")
ACLED_V3 = (
    "data_id,iso,event_id_cnty,event_id_no_cnty,event_date,year,time_precision,event_type,"
    "sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,region,"
    "country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,"
    "notes,fatalities,timestamp,iso3"
).split(",")
ACLED_V7 = (
    "GWNO,EVENT_ID_CNTY,EVENT_ID_NO_CNTY,EVENT_DATE,YEAR,TIME_PRECISION,EVENT_TYPE,ACTOR1,"
    "ALLY_ACTOR_1,INTER1,ACTOR2,ALLY_ACTOR_2,INTER2,INTERACTION,COUNTRY,ADMIN1,ADMIN2,ADMIN3,"
    "LOCATION,LATITUDE,LONGITUDE,GEO_PRECISION,SOURCE,NOTES,FATALITIES"
).split(",")
GED = (
    "id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id,"
    "conflict_name,dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,"
    "side_b_dset_id,side_b_new_id,side_b,number_of_sources,source_article,source_office,"
    "source_date,source_headline,source_original,where_prec,where_coordinates,where_description,"
    "adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,event_clarity,"
    "date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,"
    "low,gwnoa,gwnob"
).split(",")
GED_19 = (
    "id,year,active_year,type_of_violence,conflict_new_id,conflict_name,dyad_new_id,dyad_name,"
    "side_a_new_id,gwnoa,side_a,side_b_new_id,gwnob,side_b,number_of_sources,source_article,"
    "source_office,source_date,source_headline,source_original,where_prec,where_coordinates,adm_1,"
    "adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,event_clarity,"
    "date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,low,best,high"
).split(",")

ACLED_VALUES = {
    "event_date": "2016-05-03", "year": "2016", "time_precision": "1",
    "disorder_type": "Political violence", "event_type": "Battles",
    "sub_event_type": "Armed clash", "actor1": "Military Forces of Velmora (2005-2015)",
    "inter1": "State forces", "actor2": "Reed League", "inter2": "Rebel group",
    "interaction": "State forces-Rebel group", "iso": "999", "region": "South Atlantic",
    "country": "Velmora", "admin1": "Pelloray", "admin2": "Kessarith", "location": "Kessarith",
    "latitude": "-25.5", "longitude": "-21.25", "geo_precision": "1", "source": "Pelloray Courier",
    "source_scale": "National", "notes": "Shots were heard.", "fatalities": "2",
    "timestamp": "1700000000",
}  # fmt: skip
GED_VALUES = {
    "relid": "VLM-1", "year": "2016", "active_year": "1", "code_status": "Clear",
    "type_of_violence": "1", "conflict_dset_id": "1", "conflict_new_id": "901",
    "conflict_name": "Velmora: Government", "dyad_dset_id": "1-100", "dyad_new_id": "911",
    "dyad_name": "Government of Velmora - Reed League", "side_a_dset_id": "1",
    "side_a_new_id": "921", "side_a": "Government of Velmora", "side_b_dset_id": "2",
    "side_b_new_id": "922", "side_b": "Reed League", "number_of_sources": "-1",
    "source_article": "Pelloray Courier", "where_prec": "1", "where_coordinates": "Kessarith town",
    "adm_1": "Pelloray", "adm_2": "Kessarith", "latitude": "-25.5", "longitude": "-21.25",
    "priogrid_gid": "92838", "country": "Velmora", "country_id": "9999", "region": "Africa",
    "event_clarity": "1", "date_prec": "1", "date_start": "2016-05-03 00:00:00.000",
    "date_end": "2016-05-03 00:00:00.000", "deaths_a": "1", "deaths_b": "1",
    "deaths_civilians": "0", "deaths_unknown": "0", "best": "2", "high": "3", "low": "1",
    "gwnoa": "9999",
}  # fmt: skip
# what older files call a column -> the name of today
OLD_NAMES = {
    "GWNO": "iso", "EVENT_ID_NO_CNTY": "data_id", "ALLY_ACTOR_1": "assoc_actor_1",
    "ALLY_ACTOR_2": "assoc_actor_2", "best_est": "best", "high_est": "high", "low_est": "low",
    "gwno": "country_id",
}  # fmt: skip


def acled_row(number=1, **changes):
    """Return one row as ACLED writes it today, with the id VLM<number>."""
    return {**ACLED_VALUES, "event_id_cnty": f"VLM{number}", **changes}


def ged_row(number=1, **changes):
    """Return one row as UCDP GED 20.1 to 26.1 writes it, with the id 600000 + number."""
    return {**GED_VALUES, "id": str(600000 + number), **changes}


def acled_rows(count):
    return [acled_row(i + 1) for i in range(count)]


def ged_rows(count):
    return [ged_row(i + 1) for i in range(count)]


def table(rows, header=ACLED, *, delimiter=",", end="\n", names=True, quoting=csv.QUOTE_MINIMAL):
    """Write rows as text under this header; a value under an old name is that of today's."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    if names:
        writer.writerow(header)
    for row in rows:
        writer.writerow(
            [row.get(h, row.get(OLD_NAMES.get(h, h), row.get(h.lower(), ""))) for h in header]
        )
    return out.getvalue()


def acled(rows=3, **options):
    """Return an ACLED file as text; `rows` is a number or a list of rows."""
    return table(acled_rows(rows) if isinstance(rows, int) else rows, ACLED, **options)


def ged(rows=3, **options):
    """Return a GED file of 49 columns as text; `rows` is a number or a list of rows."""
    return table(ged_rows(rows) if isinstance(rows, int) else rows, GED, **options)


def country_year_header():
    plain = ["country_id_cy", "country_cy", "year_cy", "version"]
    kinds, bounds = ("sb", "ns", "os"), ("best", "high", "low")
    return plain + [f"{k}_total_deaths_{b}_cy" for k in kinds for b in bounds]


def file_of(content, name="export.csv"):
    """Return a file object over text or bytes."""
    content = content.encode() if isinstance(content, str) else content
    stream = io.BytesIO(content)
    stream.name = name
    return stream


def quiet(call, *arguments, **options):
    """Return the result of a call without the toolkit's warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        return call(*arguments, **options)


def load(content, *, how=ct.load_events, **options):
    """Load text or bytes in memory without its warnings and check the accounting."""
    name = options.pop("name", "export.csv")
    events = quiet(how, file_of(content, name), **options)
    problems = quiet(ct.find_problems, file_of(content, name), **options)
    check_accounting(events, problems)
    return events, problems


def check_accounting(events, problems):
    """Check what holds for every file that loads: no row is lost, the types are always the same."""
    facts = events.attrs
    gone = problems.loc[problems["action"] == "row left out", "record"].nunique()
    assert int(facts["rows_in_file"]) == len(events) + gone
    assert int(facts["rows_kept"]) == len(events)
    assert int(facts["rows_left_out"]) == gone
    assert events["date_start"].notna().all()
    assert not events.duplicated(["dataset", "event_id"]).any()
    for name, (kind, _) in COLUMNS.items():
        dtype = events[name].dtype
        if kind == "category":
            levels, ordered = CATEGORIES[name]
            assert (dtype.categories.tolist(), dtype.ordered) == (levels, ordered), name
        else:
            assert dtype == DTYPES[kind], name


def refused(call, *arguments, kind=ToolkitError, match=None, **options):
    """Check that a call is refused in three parts, and return the error."""
    with pytest.raises(kind, match=match) as caught:
        quiet(call, *arguments, **options)
    error = caught.value
    assert isinstance(error, ToolkitError)
    assert all(part.strip() for part in (error.wrong, error.allowed, error.fix))
    return error


def told(problems, *columns):
    """Return problems as a list of tuples, by default (line, column, action)."""
    return list(problems[list(columns or ("line", "column", "action"))].itertuples(index=False))
