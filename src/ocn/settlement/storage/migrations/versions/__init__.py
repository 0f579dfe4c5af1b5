"""Migrations of settlement's tables, in one line."""
