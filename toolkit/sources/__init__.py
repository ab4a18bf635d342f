"""Providers: one file each, its columns and codes -> the event table."""
