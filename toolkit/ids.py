"""Ids: whether each stands once, told by numbers made of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

BEGINNING = 32  # letters of an id
ODD = np.uint64(0x9E3779B97F4A7C15)  # odd: words that differ still do when multiplied by it


def begin_apart(ids: pd.Series) -> bool:
    """Say whether numbers made of the beginnings of ids are all different: then the ids are.

    Numbers are sorted several times faster than texts are compared. False says nothing: ids may
    begin alike and differ, be missing or no text.

    Examples
    --------
    >>> import pandas as pd
    >>> begin_apart(pd.Series(["SYR1", "SYR2", "SYR10"])), begin_apart(pd.Series(["7", "8", "7"]))
    (True, False)
    """
    if not isinstance(ids.dtype, pd.StringDtype) or ids.hasnans:
        return False
    if ids.empty:
        return True
    column = pa.table({"ids": ids})["ids"].combine_chunks()
    begins = pc.utf8_slice_codeunits(column, 0, BEGINNING)
    words = pc.max(pc.binary_length(begins)).as_py() // 8 + 1  # of 8 bytes each
    filled = pc.ascii_rpad(begins, 8 * words).buffers()[-1]
    table = np.frombuffer(filled, "u8", len(ids) * words).reshape(-1, words)
    numbers = np.sort(table @ (ODD ** np.arange(words, dtype="u8")))
    return bool((numbers[1:] != numbers[:-1]).all())
