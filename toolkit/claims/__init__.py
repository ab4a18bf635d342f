"""Claims of a document, judged with event data: coded as propositions, with their rules first.

`table` reads and checks what was coded, `rules` reads when a number supports or contradicts,
`evidence` holds what is known, `statistics` measures, `judge` gives verdicts, `robustness` tries
them under other choices, `appendix` writes them down.
"""

from toolkit.claims.appendix import write_appendix
from toolkit.claims.evidence import (
    Evidence,
    describe_evidence,
    gather_evidence,
    load_evidence,
    make_evidence,
)
from toolkit.claims.judge import judge_claims, summarise_claims
from toolkit.claims.robustness import check_robustness, try_choices
from toolkit.claims.table import load_claims, validate_claims

__all__ = [
    "Evidence",
    "check_robustness",
    "describe_evidence",
    "gather_evidence",
    "judge_claims",
    "load_claims",
    "load_evidence",
    "make_evidence",
    "summarise_claims",
    "try_choices",
    "validate_claims",
    "write_appendix",
]
