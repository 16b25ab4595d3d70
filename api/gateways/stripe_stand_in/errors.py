"""What Stripe says when it refuses."""

from typing import Any


class Refused(Exception):
    """A request that is answered with an error. ``is_kept``: a repetition hears the same."""

    def __init__(
        self,
        status: int,
        code: str | None,
        *,
        type: str = "invalid_request_error",
        is_kept: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.is_kept = is_kept
        said = {"type": type, "code": code, "message": f"The stand-in says {code or type}."}
        self.body = {"error": said | more}


def missing(param: str) -> Refused:
    """Say that there is no such thing."""
    return Refused(404 if param == "intent" else 400, "resource_missing", param=param)
