"""Foreign formats, read and told to the shop in its own words.

One module per format and topic: a format is read and checked here, and everything that changes the
shop is a verb of ``db``. What cannot be taken over is never a crash: it is counted with its reason.
"""
