import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const COVERAGE = "cognityv_inventory.action_inventory_coverage";
const SHEETS = "cognityv_inventory.action_inventory_sheet";

/** What a manager of counts sees first. The figures come from stock.inventory.coverage; each one opens its records. */
export class CountOverview extends Component {
    static template = "cognityv_inventory.CountOverview";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null });
        this.display = { controlPanel: {} };
        onWillStart(() => this.load());
    }

    async load() {
        this.state.data = await this.orm.call("stock.inventory.coverage", "get_overview", []);
    }

    get cards() {
        const { late, due, in_progress, completed } = this.state.data.sheets;
        return [
            { name: "late", title: _t("Late"), hint: _t("past their planned end"), class: "text-danger", ...late },
            { name: "due", title: _t("Due"), hint: _t("to start within 7 days"), class: "text-info", ...due },
            { name: "in_progress", title: _t("In progress"), hint: _t("being counted"), class: "text-warning", ...in_progress },
            { name: "completed", title: _t("To validate"), hint: _t("counted, waiting for you"), class: "text-success", ...completed },
        ];
    }

    openCard(card) {
        this.openSheets(card.domain, card.title);
    }

    openSheets(domain, name) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "stock.inventory.sheet",
            domain,
            views: [[false, "list"], [false, "kanban"], [false, "calendar"], [false, "form"]],
        });
    }

    openAllSheets() {
        this.action.doAction(SHEETS);
    }

    openRecord(resModel, resId) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    openCoverage(filter) {
        this.action.doAction(COVERAGE, { additionalContext: { [`search_default_${filter}`]: 1 } });
    }

    openPlace(place) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name: place.name,
            res_model: "stock.inventory.coverage",
            domain: [["location_id", "=", place.id]],
            context: { search_default_missing: 1 },
            views: [[false, "list"], [false, "kanban"], [false, "pivot"], [false, "graph"]],
        });
    }

    countMissing(place) {
        this.action.doAction("cognityv_inventory.action_inventory_remaining", {
            additionalContext: place ? { default_location_id: place.id } : {},
            onClose: () => this.load(),
        });
    }

    openPlans() {
        this.action.doAction("cognityv_inventory.action_count_plan");
    }
}

registry.category("actions").add("cognityv_inventory.count_overview", CountOverview);
