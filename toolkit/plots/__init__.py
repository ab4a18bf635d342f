"""Figures: one file per noun, each function draws on an Axes and returns it."""
