"""The part of a document that a command writes, between two marks."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the part begins and ends, as comments that readers do not see."""

    begin: str
    end: str

    def put(self, text: str, document: str) -> str:
        """Put a text between the marks.

        :raises AssertionError: the document does not have them once.
        """
        marked = re.compile(f"{re.escape(self.begin)}.*?{re.escape(self.end)}", re.DOTALL)
        found, times = marked.subn(lambda _: f"{self.begin}\n\n{text}\n\n{self.end}", document)
        if times != 1:
            raise AssertionError("a document must have the marks once")
        return found
