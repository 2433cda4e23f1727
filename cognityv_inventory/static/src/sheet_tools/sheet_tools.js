import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
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
    }

    /** Save the sheet, call one of its methods and do the action that it returns. */
    async call(method) {
        if (await this.props.record.save()) {
            const action = await this.orm.call("stock.inventory.sheet", method, [[this.props.record.resId]]);
            await this.action.doAction(action);
        }
    }
}

registry.category("view_widgets").add("inventory_sheet_tools", { component: InventorySheetTools });
