"""What comes in: copies, what is read from CPOs, limits from outside, and how far clocks are apart.

All of it is written by strangers, so it is read within bounds; what makes no sense is a fault, told at the
site, and the rest is kept. Nothing here knows what is planned.
"""
