"""What a session costs by its tariff, written as Session and CDR; wrongly where that is wanted."""
