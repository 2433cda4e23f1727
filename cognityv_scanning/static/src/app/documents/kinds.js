import { _t } from "@web/core/l10n/translation";

/** What can be scanned for, in the order in which it is offered. */
export const KINDS = {
    sale: { label: _t("Sales"), icon: "fa-truck", choose: _t("Choose a sale order"), search: _t("Order or customer") },
    production: {
        label: _t("Production"),
        icon: "fa-cogs",
        choose: _t("Choose a production run"),
        search: _t("Order, serial number or product"),
    },
    verification: {
        label: _t("Verify a place"),
        icon: "fa-check-square-o",
        choose: _t("Choose a place"),
        search: _t("Place"),
    },
};
