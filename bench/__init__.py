"""Measure the relay against nginx on the same core in the same run; ``make bench`` writes RESULTS.md.

``machine``   cores, pinning, CPU time and memory of processes
``bodies``    the messages that are sent, signed and unsigned
``backend``   a platform: answers the handshake; its modules are the upstream's
``setting``   chain, nodes and parties, registered through the public interfaces
``proxies``   what is measured: nginx, one node, two nodes
``strict``    a strict signature for each request
``hub``       one node with up to a thousand receivers of broadcasts
``load``      wrk for the rate, an open-loop generator for latency at a given rate, thousands in flight
``lists``     GET ALL over many locations, a page at the beginning and one at the end
``broadcasts``  to 10, 100 and 1,000 receivers, one of them dead
``conversions`` what a message between versions costs
``tariffs``   CDRs priced, and verified with the whole search for causes
``copies``    copies for services on SQLite and PostgreSQL (``postgresql``)
``gas``       what a session costs by lanes, by EIP-3009 and by the design of 2019
``profile``   where a request's time goes, step by step
``report``    ratios, written as Markdown
"""
