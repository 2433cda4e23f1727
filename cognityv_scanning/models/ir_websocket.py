from odoo import models


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Of the channels of scan sessions that a client asks for, only those of sessions that the user may use."""
        return super()._build_bus_channel_list(self.env["stock.scan.session"]._keep_allowed_channels(channels))
