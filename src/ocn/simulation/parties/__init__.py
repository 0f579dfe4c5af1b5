"""What simulated parties have in common: how they join the network, and what they must have heard."""
