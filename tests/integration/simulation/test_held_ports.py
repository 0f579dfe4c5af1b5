"""Ports are kept from others until the processes of a network listen on them."""

import asyncio
import socket
import sys

import pytest

from ocn.errors import ConfigurationError
from ocn.simulation.network.files import HOST, free_ports
from ocn.simulation.network.held_ports import held_ports

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is held elsewhere")


async def test_port_held_is_given_to_nobody_but_to_who_names_it() -> None:
    (port,) = free_ports(1)
    with held_ports(HOST, [port]):
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((HOST, port))
        async with await asyncio.start_server(lambda _, writer: writer.close(), HOST, port) as server:
            assert server.is_serving()


async def test_port_that_somebody_listens_on_cannot_be_held() -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port} is in use"), held_ports(HOST, [port]):
            pass
