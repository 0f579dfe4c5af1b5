"""The steps in a line, each named by its number and what it does; a released one never changes."""
