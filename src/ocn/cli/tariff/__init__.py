"""``ocn tariff``: price, check and read tariffs and CDRs."""
