"""``ocn node``: run a node, check its settings, ask a running one."""
