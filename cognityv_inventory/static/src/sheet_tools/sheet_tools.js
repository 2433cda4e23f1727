import { Component, onWillStart, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The Tools menu in the header of an inventory sheet. */
export class InventorySheetTools extends Component {
    static template = "cognityv_inventory.InventorySheetTools";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ seesMoves: false, isManager: false });
        onWillStart(async () => {
            this.state.isManager = await user.hasGroup("cognityv_inventory.group_manager");
            this.state.seesMoves = await user.hasGroup("stock.group_stock_user");
        });
    }

    /** The auditor's pack is for managers, once the sheet is settled. */
    get hasAuditPack() {
        return this.state.isManager && ["completed", "validated"].includes(this.props.record.data.state);
    }

    /** Save the sheet, call one of its methods and do the action that it returns. */
    async call(method, ...args) {
        if (await this.props.record.save()) {
            const action = await this.orm.call("stock.inventory.sheet", method, [[this.props.record.resId], ...args]);
            await this.action.doAction(action);
        }
    }
}

registry.category("view_widgets").add("inventory_sheet_tools", { component: InventorySheetTools });
