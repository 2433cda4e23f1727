import re

from odoo import models

CHANNEL = re.compile(r"cognityv_scanning\.session_(\d{1,9})")


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Of the channels of scan sessions that a client asks for, only those of sessions that the user may use."""
        ids = {channel: int(match[1]) for channel in channels if (match := self._match_session(channel))}
        sessions = self.env["stock.scan.session"].search([("id", "in", list(ids.values()))])
        allowed = [channel for channel in channels if channel not in ids or ids[channel] in sessions._ids]
        return super()._build_bus_channel_list(allowed)

    def _match_session(self, channel):
        return CHANNEL.fullmatch(channel) if isinstance(channel, str) else None
