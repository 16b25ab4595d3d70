"""What a request costs: servers side by side, on the same machine, data and queries."""
