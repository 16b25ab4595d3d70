"""The textbook's way with the same tools: models, a dataloader for each edge, Strawberry's router.

It has the types and fields that are asked for, and gives the same answers. It is written as the
documentation of the libraries writes it: no statement by hand, no cache
that is not the default.
"""
