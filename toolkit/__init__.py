"""Conflict-research toolkit: public event datasets -> one event table -> counts, networks, series.

In notebooks: ``import toolkit as ct``. The names listed below are the public functions; measures
and specialities live one level down.

The names stand in `__init__.pyi`, for people, editors and mypy; each is imported when it is first
used, so that ``import toolkit`` costs nothing that is not needed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = "0.1.0"
