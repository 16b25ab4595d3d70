"""A day of a real shop, lived again: its invoices are sent through the API as buyers would.

``day`` makes baskets of a day's invoices, ``buyers`` gives them someone who buys, ``purchase`` is
what a buyer does, ``run`` does it for all of them at once and adds up.
"""
