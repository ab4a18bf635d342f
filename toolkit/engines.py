"""Where tables of other libraries keep their provenance: what `attrs` is to pandas."""

from __future__ import annotations

import json
import weakref
from collections.abc import Mapping
from typing import Any

import pandas as pd

_RECORDS: dict[int, dict[str, str]] = {}


def attach_record(table: Any, record: Mapping[str, str]) -> Any:
    """Attach a provenance record to a table of any library, and return the table that has it."""
    if isinstance(table, pd.DataFrame):
        table.attrs = dict(record)
        return table
    if hasattr(table, "replace_schema_metadata"):
        held = dict(table.schema.metadata or {})
        return table.replace_schema_metadata({**held, "PANDAS_ATTRS": json.dumps(dict(record))})
    key = id(table)
    _RECORDS[key] = dict(record)
    weakref.finalize(table, _RECORDS.pop, key, None)
    return table


def find_record(table: Any) -> dict[str, str]:
    """Return the record attached to a table; empty where there is none."""
    if isinstance(table, pd.DataFrame):
        return {str(k): str(v) for k, v in table.attrs.items()}
    if hasattr(table, "replace_schema_metadata"):
        held = table.schema.metadata or {}
        return dict(json.loads(held.get(b"PANDAS_ATTRS", b"{}")))
    return dict(_RECORDS.get(id(table), {}))
