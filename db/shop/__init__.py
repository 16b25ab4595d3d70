"""The shop's settings: its currency, its tax rates, its ways to ship."""
