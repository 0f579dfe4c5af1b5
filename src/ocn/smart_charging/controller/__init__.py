"""The planner for simulators: a line in for every slot, a line out with the limits."""
