"""Carriers of mail."""

import logging

from db.mail import Mail

logger = logging.getLogger(__name__)


class LoggedMailer:
    """Writes down that a mail would have gone out, without its recipient and without its text."""

    async def send(self, mail: Mail) -> None:
        logger.info("mail not sent, there is no mail server: %s", mail.subject)
