"""Ids that the node gives to the requests it sends."""

import uuid

from ocn.node.node_headers import MessageIds, new_message_id


def test_message_ids_of_many_sources_and_batches_are_all_different_uuids() -> None:
    sources = [MessageIds() for _ in range(3)]
    made = [source.new() for source in sources for _ in range(2_500)] + [new_message_id() for _ in range(10)]
    assert len(set(made)) == len(made)
    assert all(str(uuid.UUID(each)) == each and uuid.UUID(each).version == 4 for each in made)
