"""Who a party says it is: its roles, its key, its credentials object, and the tokens that open its door."""
