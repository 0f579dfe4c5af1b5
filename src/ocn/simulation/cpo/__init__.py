"""A simulated CPO: charge points that obey commands, tell of sessions, and bill them."""
