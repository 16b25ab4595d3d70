"""What clients say about people."""

from typing import Annotated

import strawberry

from schema import define
from schema.inputs import Email, Input, Password, PersonName, Phone


@define.input
class UserRegisterInput(Input):
    email: Email
    password: Annotated[
        Password,
        strawberry.field(description="12 to 128 characters, not one of the 10,000 most used."),
    ]
    name: PersonName


@define.input
class UserInput(Input):
    email: Email | None = None
    name: PersonName | None = None
    phone: Phone | None = None
