"""Charge points and cars that behave physically: where they stand, what they sell, and what flows."""
