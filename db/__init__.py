"""The shop: what is true even with no API."""
