"""HTTP in and out: reads a request into ``Received``, answers it, renders every error.

Enters: whole HTTP requests from ``server``. Leaves: ``Received`` to the pipeline, configuration requests to
``hub_modules``, anything else to the side application (admin, health). It knows no storage, key or outbound
connection.
"""
