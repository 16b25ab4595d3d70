"""What is sold: products, variants, categories, and how they are found."""
