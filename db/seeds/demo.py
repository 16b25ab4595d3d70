"""The demo: who can sign in, and where its data lies. For development only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.access import Role
from db.base import fetch
from db.seeds.filling import DiscountCode
from db.seeds.past import Customer, Past, Staff

DATA: Final = Path(__file__).with_name("online-retail.csv.xz")
"""A small part of the Online Retail data; its licence is beside it."""

PASSWORD: Final = "open-the-shop-2026"  # noqa: S105 - printed at each start in development

CODES: Final = (DiscountCode("WELCOME", 100_000),)
"""For buyers who want to try one: 10 % off."""


@dataclass(frozen=True, slots=True)
class Login:
    """Someone to sign in as. A customer takes over the past of the customer ``was``."""

    email: str
    name: str
    role: Role
    was: str = ""


LOGINS: Final = (
    Login("owner@example.com", "Olive Owner", Role.OWNER),
    Login("support@example.com", "Sam Support", Role.SUPPORT),
    Login("ada@example.com", "Ada Lovelace", Role.CUSTOMER, was="customer-13069@example.com"),
    Login("grace@example.com", "Grace Hopper", Role.CUSTOMER, was="customer-16350@example.com"),
)


_CAN_SIGN_IN: Final = """
SELECT lower(email) FROM users
 WHERE lower(email) = ANY($1) AND password_hash IS NOT NULL AND status = 'ACTIVE'
"""


async def logins_here() -> list[Login]:
    """Tell which of the demo's people this shop has: an imported one has none of them."""
    rows = await fetch(_CAN_SIGN_IN, [login.email for login in LOGINS])
    here = {email for (email,) in rows}
    return [login for login in LOGINS if login.email in here]


def let_in(past: Past, password_hash: str) -> None:
    """Give the demo's people their accounts, all with the one password."""
    customers = {customer.email: customer for customer in past.customers}
    for login in LOGINS:
        if login.role is Role.CUSTOMER:
            _rename(customers[login.was], login, password_hash)
        else:
            past.staff.append(Staff(login.email, login.name, login.role, password_hash))


def _rename(customer: Customer, login: Login, password_hash: str) -> None:
    customer.email = login.email
    customer.name = login.name
    customer.password_hash = password_hash
