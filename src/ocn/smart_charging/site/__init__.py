"""What a CPO writes down of a site, read part by part, and as the planner reads it."""
