"""GraphiQL from our own origin: built once with npm, kept beside the packages, served there."""
