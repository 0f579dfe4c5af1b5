"""Read CPOs, listen for other limits, plan and send: again and again, none of it waiting for another.

``work`` puts it together. ``reading`` reads a CPO, ``feeding`` listens for a site, ``rounds`` has its
``desk`` plan it, and ``sending``, which is the only one to send, keeps to the limits of the moment. Out go
charging profiles, through the dispatcher.
"""
