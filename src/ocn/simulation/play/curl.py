"""Requests as ``curl`` lines that can be pasted into a terminal."""

import shlex
from collections.abc import Mapping

from ocn.ocpi import headers as h
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import Token
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import encode_json
from ocn.party.party import Party


class CurlLines:
    """Writes requests of a party that is registered. They hold its token: show them to its owner only."""

    def __init__(self, party: Party, own: PartyId) -> None:
        self._party = party
        self._own = own

    def get(self, to: PartyId, module: ModuleID, path: str = "") -> str:
        """Read something of another party's sender interface."""
        return self._line("GET", to, module, InterfaceRole.SENDER, path, None)

    def start_session(self, to: PartyId, token: Token, location_id: str, evse_uid: str) -> str:
        """Start a session; its result will be posted to the party's own address."""
        command = {"token": token, "location_id": location_id, "evse_uid": evse_uid}
        return self._command(to, "START_SESSION", command)

    def stop_session(self, to: PartyId, session_id: str) -> str:
        """Stop a session."""
        return self._command(to, "STOP_SESSION", {"session_id": session_id})

    def _command(self, to: PartyId, name: str, command: Mapping[str, object]) -> str:
        results = self._party.client.own_endpoint(ModuleID.COMMANDS, InterfaceRole.SENDER)
        body = encode_json({"response_url": f"{results}/{name}/by-hand", **command}).decode()
        return self._line("POST", to, ModuleID.COMMANDS, InterfaceRole.RECEIVER, f"/{name}", body)

    def _line(
        self, method: str, to: PartyId, module: ModuleID, role: InterfaceRole, path: str, body: str | None
    ) -> str:
        registration = self._party.client.registration
        headers = {
            h.AUTHORIZATION: registration.their_token.header,
            h.REQUEST_ID: "by-hand-1",
            h.CORRELATION_ID: "by-hand-1",
            h.FROM_COUNTRY: self._own.country_code,
            h.FROM_PARTY: self._own.party_id,
            h.TO_COUNTRY: to.country_code,
            h.TO_PARTY: to.party_id,
        }
        words = ["curl", "-sS"]
        if body is not None:
            words += ["-X", method, "-H", "Content-Type: application/json", "--data", body]
        for name, value in headers.items():
            words += ["-H", f"{h.DISPLAY_NAME[name]}: {value}"]
        return shlex.join([*words, registration.endpoints[module, role] + path])
