"""Segment filters: typed expression trees over members, compiled once into predicates."""
