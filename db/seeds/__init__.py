"""What an empty shop is filled with: the demo's data, its licence, and the verb that fills."""
