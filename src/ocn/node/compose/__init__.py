"""Put a node together: the only room that picks concrete classes.

:func:`assemble` wires the stages from ports alone, so that a test can give it others; ``serve`` (in
:mod:`ocn.node.serving`) opens the real ones and keeps the node running.

``parts``      what a node is made of besides its settings
``shared``     what several stages use, made once each
``ways_out``   how a message, a broadcast, a copy leaves
``hub``        what the node answers itself
``node``       the pipeline, and the application around it
"""

from ocn.node.compose.node import assemble
from ocn.node.compose.parts import BROADCASTS_WAITING, HubStore, Parts
from ocn.node.compose.ways_out import dispatching

__all__ = ["BROADCASTS_WAITING", "HubStore", "Parts", "assemble", "dispatching"]
