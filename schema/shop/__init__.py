"""The shop: what everyone may know of its settings, and what staff may change."""
