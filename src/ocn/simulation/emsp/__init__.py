"""A simulated eMSP: drivers with tokens, and a check of every bill."""
