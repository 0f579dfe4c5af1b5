"""HubClientInfo, the hub's side: who is there, how each stands, and who is told (HUB-90 to HUB-97).

Enters: who is connected, what the registry lists, what other nodes report, when a platform was last heard.
Leaves: one statement per party and role, the view that each platform has of it, PUTs to platforms that offer
the module, reports to other nodes, and the answer to the Sender interface's GET. It knows no message that is
relayed, except that one must not reach a platform before its sender was introduced (``gate``), and no SQL.

::

    members, registry, reports, last seen -> roster -> views -> pushes to platforms
                                                    -> reports to nodes
"""

from ocn.node.client_info.client_info import ClientInfo
from ocn.node.client_info.model import Client, Report, Seen, View
from ocn.node.client_info.parts import Timing, parts_of
from ocn.node.client_info.store import ClientInfoStore

__all__ = ["Client", "ClientInfo", "ClientInfoStore", "Report", "Seen", "Timing", "View", "parts_of"]
