"""Read, plan, send, say what came of it: round after round, for the sites of each CPO by themselves.

``rounds`` does one round, ``desk`` plans one site in it. Out go charging profiles, through the dispatcher.
"""
