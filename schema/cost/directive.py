"""What a field costs, where the default does not fit: printed in the SDL for everyone to see."""

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="cost",
    description=(
        "Points the field costs instead of its default, each time it can be resolved. "
        "Defaults: 1 for a Node, 0 for a value (Money, Totals, ...), 1 for a connection and "
        "`first` times what is inside, 10 times what is inside for a plain list of Nodes, "
        "10 for a mutation."
    ),
)
class Cost:
    weight: int
