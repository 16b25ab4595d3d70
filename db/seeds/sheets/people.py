"""Rows of people: accounts, and where they live."""

from db.seeds.past import Ids
from db.seeds.sheets.book import UNKNOWN, Book, Rows, sheet


@sheet("users", "id email email_verified password_hash name created_at")
def customers(book: Book) -> Rows:
    for one in book.new_customers():
        yield one.id, one.email, True, one.password_hash, one.name, one.since


@sheet("address", "id user_id name line1 city country_code is_default created_at")
def addresses(book: Book) -> Rows:
    for one in book.new_customers():
        if one.country:
            address_id = Ids("address", one.email, one.since)[0]
            yield (
                address_id,
                one.id,
                one.name,
                UNKNOWN,
                one.place or UNKNOWN,
                one.country,
                True,
                one.since,
            )
