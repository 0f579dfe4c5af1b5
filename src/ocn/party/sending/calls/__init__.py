"""Every request to another party, typed: one file per OCPI module, put together in ``counterparty``.

Each method sends one request and returns the :class:`~ocn.party.reply.Reply`; lists come as async iterators,
page by page; commands and charging profiles as :class:`~ocn.party.sending.results.Pending`. All raise what
:meth:`ocn.party.sending.client.Client.request` raises. Nothing here knows how a request is sent.
"""
