"""Money asked for, taken and given back, through gateways that may fail."""
