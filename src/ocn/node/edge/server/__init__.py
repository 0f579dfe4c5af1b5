"""The node's HTTP/1.1 server: bytes of sockets in, whole requests to a ``Handler``, whole answers out.

What lives here: the parser's side of a connection (``reader``), the connection itself (``connection``),
the listening server with its one clock (``server``), answers on the wire (``writing``), and a bridge to an
ASGI application for what is not on the relay's way (``asgi``). It knows no OCPI beyond its error tree: how
a refusal reads is the handler's business. Every bound stands in ``limits``.
"""

from ocn.node.edge.server.asgi import call_asgi
from ocn.node.edge.server.limits import ServerLimits
from ocn.node.edge.server.message import HttpRequest
from ocn.node.edge.server.server import Handler, HttpServer

__all__ = ["Handler", "HttpRequest", "HttpServer", "ServerLimits", "call_asgi"]
