"""Open what a node needs: its database, its index, its way out; close them in the opposite order."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import timedelta

import structlog

from ocn.chain.client import ChainClient
from ocn.chain.rpc import RpcClient
from ocn.node.background.copies import CopyRetention, prune_copies
from ocn.node.background.housekeeping import follow_changes, forget_gone, prune_expired
from ocn.node.clock import SystemClock
from ocn.node.compose import BROADCASTS_WAITING, Parts, assemble, dispatching
from ocn.node.config import NodeConfig
from ocn.node.copies.parts import CopyParts
from ocn.node.edge.application import Application
from ocn.node.exits import Exit, GuardedUrls
from ocn.node.filling import filling
from ocn.node.forwarding.lanes import Lanes
from ocn.node.keys import read_keys
from ocn.node.members import Members
from ocn.node.object_store.model import Bounds
from ocn.node.object_store.noting import Notes
from ocn.node.outbound import AddressGuard, HttpClient, OutboundLimits
from ocn.node.outbound.tls import client_context
from ocn.node.storage import (
    AesGcmSealing,
    SqlClientInfoStore,
    SqlLinkStore,
    SqlObjectStore,
    SqlPlatformStore,
    open_database,
)
from ocn.node.storage.copies import SqlCopyStore
from ocn.registry.index import IndexSettings, RegistryIndex, Source

_log = structlog.get_logger("ocn.node")


@asynccontextmanager
async def opened(config: NodeConfig) -> AsyncIterator[Application]:
    """Open everything a node needs, and close it in the opposite order."""
    key, admin_key = read_keys(config.identity)
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
                *filling(config, parts, members, objects),
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


def _outbound_limits(config: NodeConfig) -> OutboundLimits:
    return OutboundLimits(
        max_connections_per_origin=config.limits.connections_per_receiver,
        max_response_body=config.limits.answer_bytes,
    )


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
