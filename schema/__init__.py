"""The promise: what clients may ask, and what they hear back."""
