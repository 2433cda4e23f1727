import { Component } from "@odoo/owl";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { download } from "@web/core/network/download";
import { registry } from "@web/core/registry";
import { STATIC_ACTIONS_GROUP_NUMBER } from "@web/search/action_menus/action_menus";

const REPORTS = [
    "stock.inventory.gap.report",
    "stock.production.cost.report",
    "stock.sale.cost.report",
    "stock.valuation.report",
];

/** What the view shows as a file: filtered and grouped as it is on the screen. */
class ValueReportMenu extends Component {
    static components = { DropdownItem };
    static props = {};

    async download(extension) {
        const { resModel, domain, groupBy, context } = this.env.searchModel;
        await download({
            url: `/cognityv_valuation/report/${resModel}/${extension}`,
            data: {
                domain: JSON.stringify(domain),
                groupby: JSON.stringify(this.getGroupBy(groupBy)),
                context: JSON.stringify({
                    allowed_company_ids: context.allowed_company_ids,
                    valuation_snapshot_id: context.valuation_snapshot_id || false,
                }),
            },
        });
    }

    /** A pivot knows better than the search by what its rows are grouped. */
    getGroupBy(groupBy) {
        const rows = this.env.model?.metaData?.fullRowGroupBys;
        return rows?.length ? rows : groupBy;
    }
}

export class ValueReportXlsx extends ValueReportMenu {
    static template = "cognityv_valuation.ValueReportXlsx";
}

export class ValueReportPdf extends ValueReportMenu {
    static template = "cognityv_valuation.ValueReportPdf";
}

const isDisplayed = (env) => REPORTS.includes(env.searchModel?.resModel);
for (const Item of [ValueReportXlsx, ValueReportPdf]) {
    registry
        .category("cogMenu")
        .add(Item.name, { Component: Item, groupNumber: STATIC_ACTIONS_GROUP_NUMBER, isDisplayed }, { sequence: 5 });
}
