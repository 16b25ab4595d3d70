"""`python -m api` is `tradepost`."""

from api.cli import main

main()
