"""Run a node: open its database, its index and its way out, serve until told to stop, close them in turn."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import timedelta

import structlog

from ocn.chain.client import ChainClient
from ocn.chain.rpc import RpcClient
from ocn.chain.wallet import key_from_file, key_from_hex
from ocn.errors import ConfigurationError
from ocn.node.background.copies import CopyRetention, prune_copies
from ocn.node.background.fetching import Fetching
from ocn.node.background.housekeeping import follow_changes, forget_gone, prune_expired
from ocn.node.background.syncing import Syncing
from ocn.node.clock import SystemClock
from ocn.node.compose import BROADCASTS_WAITING, Parts, assemble, dispatching
from ocn.node.config import NodeConfig, read_secret
from ocn.node.copies.parts import CopyParts
from ocn.node.edge.application import Application
from ocn.node.edge.server import HttpServer, ServerLimits
from ocn.node.exits import Exit, GuardedUrls
from ocn.node.forwarding.lanes import Lanes
from ocn.node.members import Members
from ocn.node.object_store.model import Bounds
from ocn.node.object_store.noting import Notes
from ocn.node.outbound import AddressGuard, HttpClient, OutboundLimits
from ocn.node.outbound.tls import client_context
from ocn.node.peers import Peers, SignedExchange
from ocn.node.storage import (
    AesGcmSealing,
    SqlClientInfoStore,
    SqlLinkStore,
    SqlObjectStore,
    SqlPlatformStore,
    open_database,
)
from ocn.node.storage.copies import SqlCopyStore
from ocn.ocpi.authorization import is_credentials_token
from ocn.ocpi.party_id import PartyId
from ocn.registry.index import IndexSettings, RegistryIndex, Source
from ocn.signing import PrivateKey

_log = structlog.get_logger("ocn.node")
_IDLE_CONNECTIONS = 5_000
"""Clients may keep so many open beyond the requests being served."""


async def serve(config: NodeConfig, *, on_started: Callable[[str], None] | None = None) -> None:
    """Run a node until cancelled or signalled; requests under way are answered first.

    ``on_started`` is called once with the address it listens on. A second signal cuts off what is under way.

    Raises:
        ConfigurationError, StorageError, ChainError: it cannot start, and nothing is left open.
    """
    async with opened(config) as application, listening(application, config) as server:
        if on_started is not None:
            on_started(f"http://{config.listen.host}:{server.port}")
        await _signal(server)


@asynccontextmanager
async def listening(application: Application, config: NodeConfig) -> AsyncIterator[HttpServer]:
    """Serve an application where the settings say; at the end answer what is under way, then close.

    Raises:
        ConfigurationError: the address cannot be had.
    """
    limits = config.limits
    server = HttpServer(
        application,
        ServerLimits(
            requests=limits.concurrent_requests,
            connections=limits.concurrent_requests + _IDLE_CONNECTIONS,
            body_bytes=limits.body_bytes,
            body_timeout_s=limits.body_timeout_seconds,
        ),
    )
    try:
        await server.listen(config.listen.host, config.listen.port)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {config.listen.host}:{config.listen.port}: {error.strerror}"
        ) from error
    try:
        yield server
    finally:
        await server.close(grace_s=limits.forward_timeout_seconds + 1)


async def _signal(server: HttpServer) -> None:
    """Return at the first Ctrl-C or SIGTERM; from the second on, nothing is waited for."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: server.hurry() if stop.is_set() else stop.set())
    await stop.wait()


@asynccontextmanager
async def opened(config: NodeConfig) -> AsyncIterator[Application]:
    """Open everything a node needs, and close it in the opposite order."""
    key, admin_key = _secrets(config)
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(config.database.url))
        await database.upgrade()
        platforms = SqlPlatformStore(database, AesGcmSealing(key.secret))
        links = SqlLinkStore(database)
        members = Members(platforms)
        await members.refresh()
        index = await stack.enter_async_context(_index(config))
        guard = AddressGuard(
            allow_private=config.network.allow_private_addresses, allow_http=config.network.allow_http
        )
        client = HttpClient(_outbound_limits(config), guard, tls=client_context(config.network.ca_file))
        stack.push_async_callback(client.close)
        objects = SqlObjectStore(database, clock, _bounds(config))
        notes = Notes(objects) if config.store.direct_pushes else None
        lanes = Lanes(most_waiting=BROADCASTS_WAITING)
        stack.push_async_callback(lanes.close, config.limits.forward_timeout_seconds)
        parts = Parts(
            key=key,
            admin_key=admin_key,
            platforms=platforms,
            links=links,
            directory=index,
            outbound=Exit(client),
            url_check=GuardedUrls(guard),
            index_view=lambda: asdict(index.status),
            problems=lambda: _problems(index, members),
            lanes=lanes,
            objects=objects,
            notes=notes,
            clients=SqlClientInfoStore(database),
            copies=(copies := CopyParts.of(SqlCopyStore(database), index)),
            clock=clock,
        )
        application = assemble(config, parts, members)
        stack.callback(index.on_change(application.client_info.registry_changed))
        kept = CopyRetention(
            delivered=timedelta(hours=config.copies.keep_delivered_hours),
            others=timedelta(days=config.copies.keep_others_days),
        )
        await stack.enter_async_context(
            _running(
                prune_expired(platforms, links, clock),
                follow_changes(members),
                forget_gone(objects, clock, timedelta(days=config.store.gone_days)),
                *([notes.run()] if notes is not None else []),
                *_filling(config, parts, members, objects),
                application.client_info.run(),
                prune_copies(copies.store, kept, clock),
                dispatching(config, parts, members, copies).run(),
            )
        )
        _log.info("node_opened", url=config.base_url, address=key.address, database=repr(database))
        yield application


@asynccontextmanager
async def _running(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run tasks for the length of a block; they are cancelled and awaited at its end."""
    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(_tell_of_failure)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _tell_of_failure(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("background_work_ended", exc_info=error)


@asynccontextmanager
async def _index(config: NodeConfig) -> AsyncIterator[RegistryIndex]:
    chain = ChainClient(RpcClient(config.chain.url))
    index = RegistryIndex(
        chain,
        Source(config.chain.registry, config.chain.permissions, config.chain.start_block),
        path=config.chain.index_file,
        settings=IndexSettings(
            confirmations=config.chain.confirmations,
            poll_s=config.chain.poll_seconds,
            max_lag_s=config.chain.max_lag_seconds,
        ),
    )
    try:
        async with index:
            yield index
    finally:
        await chain.close()


def _secrets(config: NodeConfig) -> tuple[PrivateKey, str]:
    identity = config.identity
    if identity.key is not None and identity.key_file is not None:
        raise ConfigurationError("identity.key and identity.key_file are both set; keep one")
    if identity.key is not None:
        key = key_from_hex(identity.key.get_secret_value(), "identity.key")
    elif identity.key_file is not None:
        key = key_from_file(identity.key_file, lambda: _password(config))
    else:
        raise ConfigurationError(
            "the node has no key: set identity.key_file or OCN_NODE_IDENTITY__KEY",
            hint="`ocn key new --out FILE` makes one",
        )
    admin_key = read_secret(identity.admin_key, identity.admin_key_file, "identity.admin_key")
    if not admin_key:
        admin_key = secrets.token_urlsafe(32)
        _log.warning("admin_api_closed", reason="no identity.admin_key is set")
    if not is_credentials_token(admin_key):
        raise ConfigurationError("identity.admin_key: 1 to 64 printable ASCII characters without spaces")
    return key, admin_key


def _password(config: NodeConfig) -> str:
    file = config.identity.keystore_password_file
    if file is None:
        raise ConfigurationError("identity.key_file is a keystore: set identity.keystore_password_file")
    return read_secret(None, file, "identity.keystore_password") or ""


def _outbound_limits(config: NodeConfig) -> OutboundLimits:
    return OutboundLimits(
        max_connections_per_origin=config.limits.connections_per_receiver,
        max_response_body=config.limits.answer_bytes,
    )


def _filling(
    config: NodeConfig, parts: Parts, members: Members, objects: SqlObjectStore
) -> Iterator[Coroutine[None, None, None]]:
    """What fills the hub's memory besides broadcasts."""
    if config.store.sync_minutes:
        exchange = SignedExchange(
            key=parts.key,
            outbound=parts.outbound,
            now_ms=parts.now_ms,
            max_age_ms=int(config.limits.node_clock_skew_seconds * 1000),
        )
        syncing = Syncing(
            store=objects,
            peers=Peers(
                address=parts.key.address, url=config.base_url, directory=parts.directory, exchange=exchange
            ),
            directory=parts.directory,
            members=members,
            clock=parts.clock,
            remembered=timedelta(days=config.store.gone_days),
        )
        yield syncing.run(config.store.sync_minutes * 60)
    if config.store.fetch_hours:
        fetching = Fetching(
            hub=PartyId(config.hub.country_code, config.hub.party_id),
            store=objects,
            members=members,
            outbound=parts.outbound,
            url_check=parts.url_check,
            timeout_s=config.limits.forward_timeout_seconds,
        )
        yield fetching.run(config.store.fetch_hours * 3600)


def _bounds(config: NodeConfig) -> Bounds:
    store = config.store
    return Bounds(
        objects=store.objects,
        objects_per_owner=store.objects_per_owner,
        total_bytes=store.total_bytes,
        object_bytes=store.object_bytes,
    )


def _problems(index: RegistryIndex, members: Members) -> list[str]:
    """Say why this node should get no new traffic; it goes on serving what it can."""
    database = [f"the database: {members.problem}"] if members.problem else []
    return [*database, *_index_problems(index)]


def _index_problems(index: RegistryIndex) -> list[str]:
    status = index.status
    if status.ready:
        return []
    return [f"the registry index is not in step with the chain: {status.last_error or 'still reading'}"]
