"""TLS with a throw-away authority: who is believed, and who is not."""

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ocn.errors import ConfigurationError
from ocn.node.outbound import ConnectFailed, HttpClient, OutboundRequest
from ocn.node.outbound.tls import client_context

Serve = Callable[..., Awaitable[int]]
ClientWith = Callable[..., HttpClient]


class Everywhere:
    """Resolves every name to this machine."""

    async def lookup(self, host: str) -> tuple[str, ...]:
        return ("127.0.0.1",)

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority's certificate, and a server context certified by it for receiver.example and 127.0.0.1."""

    ca_file: Path
    server: ssl.SSLContext


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def make_authority(folder: Path) -> Authority:
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)

    def certificate(subject: str, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_named(subject))
            .issuer_name(_named("authority"))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )

    ca_id = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = (
        certificate("authority", ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(ca_id, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    names = [x509.DNSName("receiver.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = (
        certificate("receiver", key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_id), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    ca_file, chain = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(ca.public_bytes(pem))
    plain = serialization.NoEncryption()
    chain.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + leaf.public_bytes(pem)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return Authority(ca_file, server)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await reader.readuntil(b"\r\n\r\n")
        protocol = writer.get_extra_info("ssl_object").selected_alpn_protocol() or "none"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(protocol), protocol.encode()))


@pytest.mark.parametrize("host", ["receiver.example", "127.0.0.1"])
async def test_send_to_a_server_of_a_trusted_authority_is_answered(
    serve: Serve, client_with: ClientWith, authority: Authority, host: str
) -> None:
    asked: list[str | None] = []
    authority.server.sni_callback = lambda _socket, name, _context: asked.append(name)
    authority.server.set_alpn_protocols(["h2", "http/1.1"])
    port = await serve(answer, tls=authority.server)
    client = client_with(tls=client_context(authority.ca_file), resolver=Everywhere())
    for _ in range(2):
        response = await client.send(OutboundRequest("GET", f"https://{host}:{port}/"))
        assert response.body == b"http/1.1"
    assert asked == [host if host == "receiver.example" else None]


async def test_send_to_a_server_of_another_name_fails_to_connect(
    serve: Serve, client_with: ClientWith, authority: Authority
) -> None:
    port = await serve(answer, tls=authority.server)
    client = client_with(tls=client_context(authority.ca_file), resolver=Everywhere())
    with pytest.raises(ConnectFailed, match="certificate"):
        await client.send(OutboundRequest("GET", f"https://other.example:{port}/"))


async def test_send_to_a_server_of_an_unknown_authority_fails_to_connect(
    serve: Serve, client_with: ClientWith, authority: Authority, tmp_path: Path
) -> None:
    port = await serve(answer, tls=authority.server)
    for tls in (client_context(), client_context(make_authority(tmp_path).ca_file)):
        with pytest.raises(ConnectFailed, match="certificate"):
            await client_with(tls=tls, resolver=Everywhere()).send(
                OutboundRequest("GET", f"https://receiver.example:{port}/")
            )


async def test_send_by_https_to_a_server_without_tls_fails_to_connect(
    serve: Serve, client_with: ClientWith
) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with pytest.raises(ConnectFailed):
        await client_with().send(OutboundRequest("GET", f"https://127.0.0.1:{await serve(plain)}/"))


async def test_send_by_https_to_a_server_that_never_shakes_hands_fails_to_connect(
    serve: Serve, client_with: ClientWith
) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    with pytest.raises(ConnectFailed):
        await client_with(connect_timeout_s=0.05).send(
            OutboundRequest("GET", f"https://127.0.0.1:{await serve(silent)}/")
        )


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_client_context_with_an_unusable_ca_file_says_so(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError):
        client_context(file)
