"""What an operation costs: a price that is known before it runs, and is exactly what is deducted.

``directive.py`` is what the SDL says of single fields, ``rules.py`` what a field costs by its type,
``walk.py`` adds up an operation for given variables, ``price.py`` remembers the sums, and
``dry_run.py`` takes everything out of an operation but the question for its price.
"""

from schema.cost.directive import Cost
from schema.cost.price import Price, price
from schema.cost.refusal import QueryTooExpensive
from schema.cost.rules import LARGEST_PAGE

__all__ = ["LARGEST_PAGE", "Cost", "Price", "QueryTooExpensive", "price"]
