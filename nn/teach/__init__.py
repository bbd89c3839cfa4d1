"""Sheets to compute a network on paper."""
