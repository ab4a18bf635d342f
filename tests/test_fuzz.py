"""Three hundred damaged files; `python tests/fuzz.py` makes as many as one has patience for."""

import fuzz


def test_damaged_files_are_accounted_for_or_refused():
    outcomes, faults = fuzz.run(fuzz.find_files(), runs=300, seed=1)
    assert faults == []
    loaded = sum(n for (outcome, _), n in outcomes.items() if outcome == "loaded")
    assert 50 < loaded < 250  # the damage is neither harmless nor total
