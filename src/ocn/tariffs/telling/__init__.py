"""For people: a price line by line, a tariff in words, the price of every quarter of an hour."""
