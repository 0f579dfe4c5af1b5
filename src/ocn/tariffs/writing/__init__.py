"""Prices as others read them: amounts as texts, JSON, words, and the members of a CDR."""
