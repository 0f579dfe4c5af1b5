"""A tariff with itself: what its author can hardly have meant."""
