"""`cite` in the forms that people paste, and where its references come from."""

import re
import warnings
from pathlib import Path

import pandas as pd
import pytest
from makers import ACLED

import toolkit as ct
from toolkit.datasets import describe_dataset, read_catalog
from toolkit.provenance import add_step, read_record, stamp
from toolkit.references import (
    describe_reference,
    find_measures,
    find_reference,
    read_references,
)

MEASURES = [key for key, known in read_references().items() if "measures" in known]
DATASETS = [key for key in read_references() if key not in MEASURES]
SPAN = {"start": "2016-01-01", "end": "2016-12-31", "countries": ["Aurelia"]}


def make_acled(tmp_path, days, **options):
    """Load invented rows in ACLED's form, one event for each day."""
    rows = [
        {"event_id_cnty": f"AUR{i}", "event_date": day, "year": day[:4] or "2016",
         "event_type": "Battles", "country": "Aurelia", "fatalities": "1"}
        for i, day in enumerate(days)
    ]  # fmt: skip
    path = tmp_path / "export.csv"
    pd.DataFrame(rows, columns=ACLED).to_csv(path, index=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ct.load_acled(path, **options)


def make_table(name, version, **facts):
    return stamp(pd.DataFrame({"n": [1]}), describe_dataset(name, version), **facts)


# --------------------------------------------------------------------------------- references


def test_every_reference_of_the_catalog_is_known_and_every_known_one_used():
    used = set()
    for entry in read_catalog().values():
        for part in (entry, *entry.get("versions", {}).values()):
            used.update(part.get("references", []))
    assert used == set(DATASETS)


@pytest.mark.parametrize("key", DATASETS)
def test_every_reference_has_what_an_article_needs_and_stands_in_a_citation(key):
    fields = read_references()[key]
    assert {"type", "author", "title", "journal", "year", "doi"} <= set(fields)
    said = Path(ct.__file__).with_name("catalog.toml").read_text(encoding="utf-8")
    assert f"https://doi.org/{fields['doi']}" in said
    assert f"({fields['year']})" in said
    first = fields["author"].split(",")[0]
    assert first in said


@pytest.mark.parametrize("key", read_references())
def test_a_reference_is_bibtex_with_its_braces_in_pairs(key):
    entry = find_reference(key)
    assert entry.startswith(f"@{read_references()[key]['type']}{{{key},\n")
    assert entry.count("{") == entry.count("}")
    assert "\n  title = {{" in entry, "BibTeX writes titles small, but for what is in braces"
    assert re.search(r"(?<!\\)&", entry) is None
    assert all(re.fullmatch(r"  \w+ = \{.+\},", line) for line in entry.splitlines()[1:-1])


# ------------------------------------------------------------------------------------- bibtex


def test_bibtex_has_the_articles_the_dataset_and_the_toolkit(tmp_path):
    text = ct.cite(make_table("ucdp-ged", "25.1", accessed="2026-01-31"), style="bibtex")
    kinds = re.findall(r"^@(\w+)\{(.+),$", text, re.MULTILINE)
    assert kinds == [
        ("article", "sundberg2013"), ("article", "davies2025"), ("misc", "ucdp-ged-25.1"),
        ("software", "conflict-toolkit"),
    ]  # fmt: skip
    assert "title = {{UCDP GED}}" in text
    assert "version = {25.1}" in text
    assert "urldate = {2026-01-31}" in text
    assert "note = {Licence: CC BY 4.0}" in text


def test_bibtex_names_each_thing_once_for_several_tables():
    tables = [make_table("ucdp-ged", v) for v in ("25.1", "26.1", "25.1")]
    text = ct.cite(tables, style="bibtex")
    keys = re.findall(r"^@\w+\{(.+),$", text, re.MULTILINE)
    assert keys == ["sundberg2013", "davies2025", "ucdp-ged-25.1", "davies2026", "ucdp-ged-26.1",
                    "conflict-toolkit"]  # fmt: skip


def test_bibtex_of_a_combined_table_has_both_datasets():
    record = {
        "dataset": "ucdp-ged + acled", "title": "UCDP GED 25.1 + ACLED",
        "references": "sundberg2013; davies2025 + raleigh2023", "url": "https://u + https://a",
        "accessed": "2026-01-31 + 2026-02-01",
    }  # fmt: skip
    text = ct.cite(stamp(pd.DataFrame({"n": [1]}), record), style="bibtex")
    keys = re.findall(r"^@\w+\{(.+),$", text, re.MULTILINE)
    assert keys == ["sundberg2013", "davies2025", "raleigh2023", "ucdp-ged-25.1", "acled",
                    "conflict-toolkit"]  # fmt: skip
    first, second = text.split("@misc{")[1:]
    assert "url = {https://u},\n  urldate = {2026-01-31}" in first
    assert "url = {https://a},\n  urldate = {2026-02-01}" in second
    text = ct.cite(stamp(pd.DataFrame({"n": [1]}), record, accessed="2026-01-31"), style="bibtex")
    assert "urldate" not in text, "whose day it is is not known"


def test_bibtex_of_a_table_of_unknown_source_invents_nothing():
    text = ct.cite(pd.DataFrame({"n": [1]}), style="bibtex")
    assert text.startswith("% Source not recorded.")
    assert re.findall(r"^@(\w+)", text, re.MULTILINE) == ["software"]


# ----------------------------------------------------------------------------------- measures

BALANCE = ["aref2018", "aref2020", "estrada2014"]
# what each function of the sample's events is cited with
CITED = {
    "disparity": ["serrano2009", "berger2009", "nishimura2017"],
    "noise_corrected": ["coscia2017", "berger2009", "nishimura2017"],
    "both_backbones": ["serrano2009", "coscia2017"],
    "balance": BALANCE,
    "balance_by_period": BALANCE,
    "qap_regression": ["dekker2007"],
    "qap_correlation": [],
    "breaks": ["ruptures"],
    "diffusion": ["schutte2011"],
    "sensitivity": ["simonsohn2020", "steegen2016"],
    "described_sensitivity": ["simonsohn2020", "steegen2016"],
    "count": [],
    "dyads": [],
    "knox": [],
}


@pytest.fixture(scope="module")
def results():
    """Run each function whose measure has a publication once, and some without."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {**run_networks(ct.load_sample("ged")), **run_others(ct.load_sample("ged"))}


def run_networks(events):
    dyads = ct.count_dyads(events, period="year")
    G = ct.actor_network(dyads)
    years = list(ct.networks.networks_by_period(dyads, roster="fixed").values())
    both = ct.count_dyads(events, tie="both", split="share")
    layers = [ct.networks.networks_by_period(both, tie=t) for t in ("opposition", "cooperation")]
    signed = ct.networks.signed_by_period(*layers, both="leave_out")
    few = {"n_draws": 99, "n_frustration": 19}
    tables = {
        method: ct.networks.compare_to_rewired(
            ct.networks.find_backbone(G, method=method, alpha=0.2), measures="transitivity",
            n_draws=99,
        ).summary
        for method in ("disparity", "noise_corrected")
    }  # fmt: skip
    return tables | {
        "both_backbones": ct.networks.compare_backbones(G),
        "balance": ct.networks.describe_balance(next(iter(signed.values())), **few).summary,
        "balance_by_period": ct.networks.balance_by_period(signed, **few),
        "qap_regression": ct.networks.qap_regression(years[3], {"before": years[2]}, n_draws=99),
        "qap_correlation": ct.networks.qap_correlation(years[2], years[3], n_draws=99).summary,
        "dyads": dyads,
    }


def run_others(events):
    fights = ct.filter_events(events, countries="Karvenia")
    panel = ct.count_events(fights, period="month")
    acled = ct.filter_events(ct.load_sample("acled"), countries="Karvenia")
    features = ct.load_boundaries("sample-boundaries")["features"]
    inside = [f for f in features if f["properties"]["country"] == "Karvenia"]
    weights = ct.spatial.make_weights({"features": inside}, kind="borders")
    choices = {"bound": {"best": "fatalities", "low": "fatalities_low"}}
    sums = ct.sensitivity(sum_bound, events, choices)
    return {
        "breaks": ct.find_breaks(panel, n_simulations=100),
        "diffusion": ct.spatial.describe_diffusion(
            acled, weights, cell="admin1", n_permutations=99
        ),
        "sensitivity": sums,
        "described_sensitivity": ct.describe_sensitivity(sums),
        "count": panel,
        "knox": ct.spatial.knox(fights.head(100), km=50, days=30, n_permutations=99),
    }


def sum_bound(events, bound):
    return events[bound].sum()


@pytest.mark.parametrize("name", CITED)
def test_a_result_is_cited_with_its_measures_in_both_styles(results, name):
    expected = CITED[name]
    text = ct.cite(results[name]).split("\n")
    assert text[0].startswith("conflict-toolkit, invented sample data")
    assert text[1:] == [f"Measure: {describe_reference(key)}" for key in expected]
    keys = re.findall(r"^@\w+\{(.+),$", ct.cite(results[name], style="bibtex"), re.MULTILINE)
    assert keys[-1] == "conflict-toolkit"
    assert keys[len(keys) - 1 - len(expected) : -1] == expected
    assert not set(keys) & set(MEASURES) - set(expected)
    assert "Measure" not in ct.cite(results[name], style="methods")
    assert "Measure" not in ct.cite(results[name], style="attribution")


def test_several_tables_have_the_measures_once_and_after_all_datasets(results):
    lines = ct.cite([results[n] for n in ("qap_regression", "count", "breaks", "qap_regression")])
    starts = [line.split(" ")[0] for line in lines.split("\n")]
    assert starts == ["conflict-toolkit,"] * 3 + ["Measure:"] * 2
    assert "Dekker" in lines.split("\n")[3]


def test_every_phrase_is_written_by_some_function(results):
    steps = "\n".join(table.attrs["steps"] for table in results.values())
    phrases = {phrase for key in MEASURES for phrase in read_references()[key]["measures"]}
    assert {phrase for phrase in phrases if phrase not in steps} == set()
    assert {key for expected in CITED.values() for key in expected} == set(MEASURES)


@pytest.mark.parametrize("key", MEASURES)
def test_the_publication_of_a_measure_stands_in_a_docstring(key):
    files = Path(ct.__file__).parent.rglob("*.py")
    said = " ".join("\n".join(f.read_text(encoding="utf-8") for f in files).split())
    said = said.replace("`", "")
    known = read_references()[key]
    year = f"({known['year']}). " if "year" in known else ", "
    assert year + known["title"] in said
    for field in set(known) - {"type", "title", "author", "year", "measures"}:
        assert str(known[field]).replace("--", "-") in said, field
    authors = [part for name in known["author"].split(" and ") for part in name.split(", ")]
    assert all(part in said for part in authors)


def test_a_publication_is_one_line_with_what_is_known_of_it():
    assert describe_reference("aref2020") == (
        "Aref, S., Mason, A. J. and Wilson, M. C. (2020). A modeling and computational study of "
        "the frustration index in signed networks. Networks 75(1), 95-110."
    )
    assert describe_reference("nishimura2017").endswith("constraints. arXiv:1704.01951.")
    assert describe_reference("ruptures").startswith("C. Truong, L. Oudre and N. Vayatis. rupt")
    assert describe_reference("hegre2020").endswith("https://doi.org/10.1177/2053168020935257.")


def test_a_measure_of_a_table_without_source_is_cited_all_the_same():
    table = add_step(pd.DataFrame({"n": [1]}), {}, "QAP regression by weight, x (9 actors)")
    first, second = ct.cite(table).split("\n")
    assert first.startswith("Source not recorded")
    assert second.startswith("Measure: Dekker")


def test_words_near_a_measure_are_no_measure():
    assert find_measures("") == []
    assert find_measures("network of balance; QAP correlation; 9 draws; sensitivity, breaks") == []


# -------------------------------------------------------------------------------- attribution


def test_acleds_attribution_has_the_day_the_filters_and_the_changes(tmp_path):
    events = make_acled(tmp_path, ["2016-03-01"], accessed="2026-01-31", extract=SPAN)
    events = add_step(events, read_record(events), "country Aurelia kept")
    assert ct.cite(events, style="attribution") == (
        "Data: Armed Conflict Location & Event Data (ACLED), https://acleddata.com. "
        "Accessed: 2026-01-31. Filters: start 2016-01-01; end 2016-12-31; countries Aurelia. "
        "Changes: country Aurelia kept. Licence: ACLED terms of use: raw rows may not be passed "
        "on; state access date, filters and what was done."
    )


def test_an_attribution_says_what_it_does_not_know(tmp_path):
    text = ct.cite(make_acled(tmp_path, ["2016-03-01"]), style="attribution")
    assert "Access date not recorded. Filters not recorded. No changes recorded." in text
    assert ct.cite(pd.DataFrame({"n": [1]}), style="attribution") == "Source not recorded."


def test_ucdps_attribution_has_its_licence_and_version():
    text = ct.cite(make_table("ucdp-ged", "25.1"), style="attribution")
    assert text.startswith("Data: UCDP GED, Uppsala Conflict Data Program, Uppsala University")
    assert "version 25.1" in text
    assert text.endswith("Licence: CC BY 4.0.")


# ------------------------------------------------------------------------------------ methods


def test_the_methods_say_how_many_rows_are_left_out_and_why(tmp_path):
    days = ["2016-03-01", "", "2016-03-02", "nonsense", ""]
    events = make_acled(tmp_path, days, extract=SPAN)
    assert len(events) == 2
    text = ct.cite(events, style="methods")
    assert text.startswith("ACLED: 5 rows in the file, 2 kept, 3 left out. Left out: ")
    assert sum(map(int, re.findall(r"\((\d+) rows?\)", text))) == 3
    assert "no date" in text
    assert "Filters: start 2016-01-01; end 2016-12-31; countries Aurelia." in text


def test_the_methods_of_a_whole_file_give_no_reasons(tmp_path):
    events = make_acled(tmp_path, ["2016-03-01"], extract=SPAN)
    assert "Left out" not in ct.cite(events, style="methods")
    assert "left_out_because" not in events.attrs


# ---------------------------------------------------------------------------------- candidates


@pytest.mark.parametrize("version", ["26.0.8", "25.01.25.06"])
def test_a_candidate_release_is_not_cited_as_the_final_one(version):
    record = describe_dataset("ucdp-ged", version)
    assert record["title"] == "UCDP Candidate Events"
    assert record["dataset"] == "ucdp-ged"
    assert record["references"] == "hegre2020"
    assert record["version"] == version
    assert describe_dataset("ucdp-ged", "26.1")["title"] == "UCDP GED"


def test_the_country_year_table_is_cited_with_the_publication_of_its_release():
    assert describe_dataset("ucdp-country-year", "26.1")["references"] == "davies2026"
    assert "1989-2024" in describe_dataset("ucdp-country-year", "25.1")["citation"]
