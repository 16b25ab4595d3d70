"""Roles are fixed sets of permissions, and the README says which."""

from pathlib import Path

from db.access import PERMISSIONS, Permission, Role

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_says_what_each_role_may_do() -> None:
    section = README.read_text().partition("## Who may do what")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    header, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    said = {
        Role(role): {Permission(row[0]) for row in rows if row[column]}
        for column, role in enumerate(header)
        if role
    }
    assert said | {Role.CUSTOMER: set()} == PERMISSIONS
