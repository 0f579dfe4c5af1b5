"""PUT a ClientInfo to a platform (HUB-91), without routing headers (HUB-03)."""

from urllib.parse import quote

import msgspec
import structlog

from ocn.node.client_info.model import Client, View, client_info_object
from ocn.node.model import Platform
from ocn.node.node_headers import new_message_id
from ocn.node.ports import Outbound
from ocn.ocpi.envelope import read_status_code
from ocn.ocpi.errors import HubFault, InvalidParameters
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects.client_info import ClientInfo as ClientInfoObject
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.statuses import is_success

_log = structlog.get_logger("ocn.node.client_info")


def receiver_endpoint(platform: Platform) -> str | None:
    """Return where a platform takes ClientInfo; None when it does not offer to."""
    return platform.endpoints.get((ModuleID.HUB_CLIENT_INFO, InterfaceRole.RECEIVER))


class Pushes:
    """Tells platforms. A refusal counts as told; only who could not be reached is told later."""

    def __init__(self, outbound: Outbound, *, timeout_s: float) -> None:
        self._outbound = outbound
        self._timeout_s = timeout_s

    async def push(self, platform: Platform, client: Client, view: View) -> bool:
        """Send one; False when the platform could not be reached."""
        told = client_info_object(client.party, client.role, view.status, view.last_updated)
        return await self.put(platform, client.party, told)

    async def put(self, platform: Platform, party: PartyId, told: ClientInfoObject) -> bool:
        """Send one object; False when the platform could not be reached."""
        endpoint = receiver_endpoint(platform)
        if endpoint is None:
            return True
        url = f"{endpoint.rstrip('/')}/{quote(party.country_code, safe='')}/{quote(party.party_id, safe='')}"
        headers = {
            "Authorization": platform.authorization,
            "Accept": "application/json",
            "Content-Type": "application/json",
            "X-Request-ID": new_message_id(),
            "X-Correlation-ID": new_message_id(),
        }
        try:
            answer = await self._outbound.request(
                "PUT", url, headers, msgspec.json.encode(told), timeout_s=self._timeout_s
            )
        except (HubFault, InvalidParameters) as error:
            _log.info("client_info_not_told", platform=platform.id, about=str(party), error=str(error))
            return False
        if answer.status >= 500:
            _log.info("client_info_not_told", platform=platform.id, about=str(party), http=answer.status)
            return False
        status = read_status_code(answer.body)
        if answer.status >= 300 or (status is not None and not is_success(status)):
            _log.info(
                "client_info_refused",
                platform=platform.id,
                about=str(party),
                http=answer.status,
                ocpi=status,
            )
        return True
