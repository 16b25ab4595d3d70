"""Ways to be paid: clients of other people's systems, behind the Protocol of db.payments."""

from api.gateways.fake import FakeGateway
from api.gateways.manual import ManualGateway

__all__ = ["FakeGateway", "ManualGateway"]
