"""Shopify's product export.

``rows`` names the cells of a line, ``products`` makes products of lines, ``file`` brings them into
the shop.
"""
