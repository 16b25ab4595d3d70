"""Carts, as clients see and fill them."""
