"""How many there are, how many are promised, and every movement that made it so."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from db.access import ActorKind
from db.base import Row


class StockMovementKind(StrEnum):
    ADJUST = "ADJUST"
    COUNT = "COUNT"
    RESERVE = "RESERVE"
    RELEASE = "RELEASE"
    SHIP = "SHIP"
    RESTOCK = "RESTOCK"


class StockReason(StrEnum):
    RECEIVED = "RECEIVED"
    COUNTED = "COUNTED"
    DAMAGED = "DAMAGED"
    LOST = "LOST"
    RETURNED = "RETURNED"
    CORRECTION = "CORRECTION"
    OTHER = "OTHER"


class Stock(Model):
    """One row per variant, made with the variant by the database itself."""

    variant_id = fields.UUIDField(primary_key=True)
    on_hand = fields.IntField(default=0)
    reserved = fields.IntField(default=0)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "stock"


class StockMovement(Row):
    """Append-only. Summed up, the movements of a variant are its stock."""

    prefix = "mov"

    variant_id = fields.UUIDField()
    kind = fields.CharEnumField(StockMovementKind, max_length=7)
    reason = fields.CharEnumField(StockReason, max_length=10, null=True)
    on_hand_delta = fields.IntField()
    reserved_delta = fields.IntField()
    on_hand = fields.IntField()
    reserved = fields.IntField()
    order_id = fields.UUIDField(null=True)
    note = fields.TextField(null=True)
    actor_kind = fields.CharEnumField(ActorKind, max_length=10)
    actor_id = fields.UUIDField(null=True)
    actor_label = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "stock_movement"
