"""SIM-2: the real services on a real PostgreSQL, in histories that a seed decides from end to end.

Buyers, staff, workers and a gateway's messages run at once, and yet one at a time: at every
statement and at every call of the gateway the seed says who goes on, whose process dies, what the
gateway does and how much time goes by. ``python -m tests.simulation --seed 7`` tells a history.
"""
