"""How many there are, how many are promised, and every movement between."""
