import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { Keypad } from "../keypad/keypad";

/** Puts the quantity of one item in one place right, with the reason. */
export class CorrectionSheet extends Component {
    static template = "cognityv_scanning.CorrectionSheet";
    static components = { Keypad };
    static props = {
        // As of `get_item`.
        row: Object,
        // async (message): what was done, or nothing when it could not be done
        onCorrected: Function,
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ reasons: [], reasonId: false, comment: "", isBusy: false });
        onWillStart(async () => {
            this.state.reasons = await this.orm.call("stock.scan.item", "get_reasons", []);
        });
    }

    get subtitle() {
        const { lot, package: pack, place } = this.props.row;
        return [lot, pack, place].filter(Boolean).join(" · ");
    }

    getLabel(quantity) {
        if (quantity && !this.state.reasonId) {
            return _t("Choose a reason");
        }
        return quantity ? _t("Correct to %(quantity)s", { quantity }) : _t("Correct");
    }

    choose(reason) {
        this.state.reasonId = reason.id;
    }

    onCommentInput(ev) {
        this.state.comment = ev.target.value;
    }

    async confirm(real_qty) {
        const { product_id, location_id, lot_id, package_id, owner_id, quantity: seen_qty } = this.props.row;
        const { reasonId: reason_id, comment } = this.state;
        const vals = { product_id, location_id, lot_id, package_id, owner_id, seen_qty, real_qty, reason_id, comment };
        this.state.isBusy = true;
        let message;
        try {
            ({ message } = await this.orm.call("stock.scan.item", "correct", [vals]));
        } finally {
            await this.props.onCorrected(message);
        }
    }
}
