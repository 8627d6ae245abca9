"""Bulk import: cuts uploaded files into ranges, and turns ranges into members."""
