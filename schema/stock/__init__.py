"""Stock, as those see and change it who look after it."""
