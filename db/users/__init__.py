"""People: accounts, sign-ins, saved addresses, roles; and guests, who are nothing but an id.

Whoever shows an access token is a :class:`~db.access.Caller` after one statement. Tokens and
passwords are never kept, only their hashes.
"""

from db.users.authentication import authenticate, guest, guest_token, make_guest
from db.users.models import Address, Guest, Session, User, UserStatus
from db.users.passwords import Hasher
from db.users.passwords import install as install_hasher

__all__ = [
    "Address",
    "Guest",
    "Hasher",
    "Session",
    "User",
    "UserStatus",
    "authenticate",
    "guest",
    "guest_token",
    "install_hasher",
    "make_guest",
]
