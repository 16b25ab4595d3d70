"""What someone means to buy, and what it would cost now."""
