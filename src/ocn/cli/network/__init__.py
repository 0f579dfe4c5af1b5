"""``ocn network``: the local network without the play."""
