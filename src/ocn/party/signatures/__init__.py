"""What a party signs and what it believes of others: the notary's envelope, and strict signatures.

In come requests and answers, sent and heard; out go the headers that sign them, who signed, or a refusal.
Keys of others are asked of whoever knows the registry; nothing is sent here.
"""
