"""What a query hears that is over a limit."""

from db.errors import Fault


class QueryTooExpensive(Fault):
    """A query over one of the limits. It was not run, and nothing was deducted."""

    def __init__(self, message: str, **figures: int) -> None:
        """``figures``: its cost and the limit, in points, where it was those that decided."""
        super().__init__(message)
        self.figures = figures
