"""People: accounts, sign-ins, saved addresses, roles; and guests, who are nothing but an id.

Whoever shows an access token is a :class:`~db.access.Caller` after one statement. Tokens and
passwords are never kept, only their hashes.
"""

from db.users.accounts import Then, change_password, register, sign_in
from db.users.addresses import AddressFields, delete_address, save_address
from db.users.authentication import authenticate, guest, guest_token, make_guest
from db.users.buyers import Buyer, lock_buyer
from db.users.guessing import Guesses
from db.users.guessing import install as install_guesses
from db.users.models import Address, Guest, Session, User, UserStatus
from db.users.passwords import Hasher
from db.users.passwords import install as install_hasher
from db.users.profile import ProfileFields, update_profile
from db.users.queries import (
    addresses_by_user,
    count_users,
    list_users,
    users_by_id,
    visible_addresses_by_id,
    visible_to,
    visible_users_by_id,
)
from db.users.roles import create_owner, update_role
from db.users.rows import AddressRow, UserRow
from db.users.sessions import (
    MOST_AT_ONCE,
    SESSIONS_KEPT,
    SignedIn,
    Tokens,
    delete_ended,
    refresh,
    revoke,
    still_open,
)
from db.users.sessions import start as start_session

__all__ = [
    "MOST_AT_ONCE",
    "SESSIONS_KEPT",
    "Address",
    "AddressFields",
    "AddressRow",
    "Buyer",
    "Guesses",
    "Guest",
    "Hasher",
    "ProfileFields",
    "Session",
    "SignedIn",
    "Then",
    "Tokens",
    "User",
    "UserRow",
    "UserStatus",
    "addresses_by_user",
    "authenticate",
    "change_password",
    "count_users",
    "create_owner",
    "delete_address",
    "delete_ended",
    "guest",
    "guest_token",
    "install_guesses",
    "install_hasher",
    "list_users",
    "lock_buyer",
    "make_guest",
    "refresh",
    "register",
    "revoke",
    "save_address",
    "sign_in",
    "start_session",
    "still_open",
    "update_profile",
    "update_role",
    "users_by_id",
    "visible_addresses_by_id",
    "visible_to",
    "visible_users_by_id",
]
