"""From rows to values and back, a file for each kind of thing that is kept."""
