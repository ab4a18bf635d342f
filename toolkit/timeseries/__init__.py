"""Time series of a panel: what kind of series it is, and what changed when."""
