"""`tradepost doctor`: all that a start needs, looked at without starting."""

import asyncio
import platform
import sys
from collections.abc import Callable

from api import preparation
from api.environment import load
from api.explorer.building import Build
from api.faults import Fault, StartRefusedError
from api.listening import listen
from api.settings import Settings
from db.diagnosis import examine

Tell = Callable[[str], None]


def examine_all(tell: Tell) -> bool:
    """Tell what is well and what is not; return whether all is."""
    tell(f"ok    Python {platform.python_version()} in {sys.prefix}")
    try:
        settings = load()
    except StartRefusedError as refusal:
        return _told(tell, refusal.faults)
    tell(f"ok    settings ({settings.env})")
    tell(f"ok    data folder {settings.data}")
    _explorer(settings, tell)
    return all([_port(settings, tell), _database(settings, tell)])


def _port(settings: Settings, tell: Tell) -> bool:
    try:
        listen(settings).close()
    except StartRefusedError as refusal:
        return _told(tell, refusal.faults)
    tell(f"ok    port {settings.port} is free")
    return True


def _explorer(settings: Settings, tell: Tell) -> None:
    if settings.explorer:
        built, missing = "ok    GraphiQL is built", "todo  GraphiQL: tradepost explorer build"
        tell(built if Build().is_done else missing)


def _database(settings: Settings, tell: Tell) -> bool:
    try:
        with preparation.database(settings) as ready:
            diagnosis = asyncio.run(
                examine(
                    preparation.url_of(ready), connections=preparation.needed_connections(ready)
                )
            )
    except StartRefusedError as refusal:
        return _told(tell, refusal.faults)
    if faults := preparation.database_faults(diagnosis):
        return _told(tell, faults)
    whose = "yours" if settings.database_url else "its own"
    tell(f"ok    PostgreSQL {diagnosis.version} ({whose})")
    for name in diagnosis.pending:
        tell(f"todo  migration {name}: tradepost migrate")
    if not diagnosis.pending:
        tell("ok    all migrations are applied")
    return True


def _told(tell: Tell, faults: tuple[Fault, ...] | list[Fault]) -> bool:
    for fault in faults:
        tell(f"wrong {str(fault).strip()}")
    return False
