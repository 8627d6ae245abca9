"""Filters of segments: fields, operators, and what they make of a member."""
