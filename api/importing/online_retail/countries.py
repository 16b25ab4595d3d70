"""The data's names of countries, as ISO 3166-1 codes."""

from typing import Final

HOME: Final = "GB"
CODES: Final = {
    "Australia": "AU",
    "Austria": "AT",
    "Bahrain": "BH",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "Cyprus": "CY",
    "Czech Republic": "CZ",
    "Denmark": "DK",
    "EIRE": "IE",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Greece": "GR",
    "Hong Kong": "HK",
    "Iceland": "IS",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Lebanon": "LB",
    "Lithuania": "LT",
    "Malta": "MT",
    "Netherlands": "NL",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "RSA": "ZA",
    "Saudi Arabia": "SA",
    "Singapore": "SG",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "USA": "US",
    "United Arab Emirates": "AE",
    "United Kingdom": HOME,
}
"""Left out because they are no country with a code of its own: Channel Islands (Jersey or
Guernsey), European Community, Unspecified."""


def code_of(name: str) -> str | None:
    """Find a country's code; None where the name is none of ours.

    >>> code_of("EIRE"), code_of("Unspecified")
    ('IE', None)
    """
    return CODES.get(name)
