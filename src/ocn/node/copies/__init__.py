"""Copies of relayed messages for the services that a party permits on chain.

In comes a routed request of a party of this node, on its way to its receiver; out go copies of it to the
services with which the sender has an agreement, and back comes the answer to the request, untouched by
what becomes of them. A copy is stored before the sender gets its answer, and sent afterwards: at least once,
in order per service, sender and object, each attempt only while the agreement stands. Answers can be copied
too, by the responder's agreements, to services that the operator names.

``permissions``  which permission covers what; ``agreements``  who has permitted what to whom
``copy``         a copy and its states; ``lanes``  what must stay in order
``strict``       what becomes of a strict signature
``making``       a copy of a request; ``copying``  the decorator of forwarding that stores it
``sending``      one attempt, and what its outcome means; ``schedule``  when to try again
``courier``      all attempts for one service; ``dispatching``  a courier for each

This room knows neither SQL nor HTTP: the store, the directory and the way out are ports. It must not know
who asked for a list of copies, nor hold a message back.
"""
