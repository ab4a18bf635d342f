"""Actors as data: participants of events, aliases with dates and sources, lineage, rosters."""
