"""HTTP in and out: reads a request into ``Received``, writes an ``Answer``, renders every error.

Enters: ASGI events. Leaves: ``Received`` to the pipeline, configuration requests to ``hub_modules``,
anything else to the side application (admin, health). It knows no storage, key or outbound connection.
"""
