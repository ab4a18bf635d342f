"""What permutations say: the p-value of an observed number, and checks of how many and how rare."""

from __future__ import annotations

from typing import Any

import numpy as np

from toolkit.errors import OptionError, check_option

ALTERNATIVES = ["two-sided", "greater", "less"]


def find_p(simulated: np.ndarray, observed: Any, *, alternative: str = "two-sided") -> Any:
    """Return the p-value (1 + number as extreme) / (1 + number of permutations), axis 0 simulated.

    A tie counts as extreme on either side, which matters for counts: where most permutations give
    the same number as the data, nothing is called rare. Two-sided is twice the smaller side, at
    most 1.

    Examples
    --------
    >>> simulated = np.array([1, 2, 3, 3, 3, 4, 5, 6, 7])
    >>> [float(find_p(simulated, 6, alternative=a)) for a in ALTERNATIVES]
    [0.6, 0.3, 0.9]
    """
    check_option("alternative", alternative, ALTERNATIVES)
    # the same sum in another order differs in the last digits: a tie must stay a tie
    slack = 1e-9 * np.maximum(1.0, np.abs(observed))
    above = (1 + (simulated >= observed - slack).sum(axis=0)) / (1 + len(simulated))
    below = (1 + (simulated <= observed + slack).sum(axis=0)) / (1 + len(simulated))
    both = np.minimum(1.0, 2 * np.minimum(above, below))
    return {"greater": above, "less": below, "two-sided": both}[alternative]


def check_permutations(n_permutations: Any) -> int:
    """Return the number; of fewer than 99 the smallest one-sided p would be above 0.01."""
    return check_whole("n_permutations", n_permutations, least=99, usual=999)


def check_whole(name: str, value: Any, *, least: int, usual: int) -> int:
    """Return a whole number from `least` up as an int, or raise `OptionError`.

    Examples
    --------
    >>> check_whole("k", np.float64(5), least=1, usual=5)
    5
    """
    # of what is infinite or not a number the rest is not a number, and so not 0
    if not is_number(value) or not value >= least or value % 1 != 0:
        raise OptionError(
            f"{name}={_say(value)} does not fit.",
            f"a whole number, {least} or more.",
            f"{name}={usual}",
        )
    return int(value)


def check_seed(seed: Any) -> int:
    """Return a seed, a whole number from 0 up, as an int, or raise `OptionError`.

    Examples
    --------
    >>> check_seed(np.int64(7))
    7
    """
    return check_whole("seed", seed, least=0, usual=0)


def check_rate(name: str, value: Any, *, usual: float = 0.05) -> None:
    """Raise `OptionError` unless this is a share above 0 and below 1."""
    if not is_number(value) or not 0 < value < 1:
        raise OptionError(
            f"{name}={_say(value)} is no rate.", "above 0, below 1.", f"{name}={usual}"
        )


def is_number(value: Any) -> bool:
    """Return whether this is one real number, of Python or numpy; True and False are none.

    Examples
    --------
    >>> is_number(np.int64(5)), is_number("5"), is_number(True)
    (True, False, False)
    """
    kinds = int | float | np.integer | np.floating
    return isinstance(value, kinds) and not isinstance(value, bool)


def _say(value: Any) -> str:
    """Return a value as it is typed: 7.9, not np.float64(7.9)."""
    return repr(value.item() if isinstance(value, np.generic) else value)
