import { Component, onWillStart, useState } from "@odoo/owl";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/core/utils/numbers";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ValueChart } from "./value_chart";

const GAPS = "cognityv_valuation.action_inventory_gap_report";
const STOCK = "cognityv_valuation.action_stock_valuation_report";
const COLORS = { good: "#00A78D", bad: "#CE4257", stock: "#3188E6", due: "#F48935" };
const LONGEST_NAME = 26;

/** What the stock is worth and how right its records are, as charts. Figures: stock.value.dashboard; each opens its records. */
export class ValueDashboard extends Component {
    static template = "cognityv_valuation.ValueDashboard";
    static components = { Layout, ValueChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null });
        this.display = { controlPanel: {} };
        onWillStart(() => this.load());
    }

    async load() {
        const data = await this.orm.call("stock.value.dashboard", "get_dashboard", []);
        this.charts = {
            months: this.getMonthsChart(data.months),
            locations: this.getWorstChart(data.locations),
            products: this.getWorstChart(data.products),
            stock: this.getStockChart(data.stock),
            due: data.due && this.getDueChart(data.due.places),
        };
        this.state.data = data;
    }

    // Figures

    formatMoney(value) {
        return formatCurrency(value || 0, this.currencyId, { humanReadable: Math.abs(value) >= 100000 });
    }

    formatPercent(value) {
        return value === null || value === false ? "–" : `${formatFloat(value, { digits: [16, 2] })} %`;
    }

    get currencyId() {
        return this.state.data.currency_id;
    }

    get cards() {
        const { totals } = this.state.data;
        return [
            { name: "stock", title: _t("Stock value"), figure: this.formatMoney(totals.stock_value), hint: _t("now, at Odoo's own cost"), color: "text-info", open: () => this.openStock() },
            { name: "accuracy", title: _t("Accuracy in money"), figure: this.formatPercent(totals.accuracy_percent), hint: _t("of what was counted in 12 months"), color: "text-success", open: () => this.openGaps() },
            { name: "shrinkage", title: _t("Shrinkage"), figure: this.formatPercent(totals.shrinkage_percent), hint: _t("of the value counted in 12 months"), color: totals.shrinkage_percent > 0 ? "text-danger" : "text-success", open: () => this.openGaps() },
            { name: "gap", title: _t("Gap value (net)"), figure: this.formatMoney(totals.gap_value), hint: _t("found too much less too little"), color: totals.gap_value < 0 ? "text-danger" : "text-success", open: () => this.openGaps() },
        ];
    }

    get dueSheets() {
        const { late, due, in_progress, completed } = this.state.data.due.sheets;
        return [
            { title: _t("Late"), color: "text-bg-danger", ...late },
            { title: _t("Due within 7 days"), color: "text-bg-info", ...due },
            { title: _t("In progress"), color: "text-bg-warning", ...in_progress },
            { title: _t("To validate"), color: "text-bg-success", ...completed },
        ];
    }

    // Charts

    shorten(name) {
        return name.length > LONGEST_NAME ? `…${name.slice(1 - LONGEST_NAME)}` : name;
    }

    /** Accuracy by month on the left, shrinkage on the right: both in percent, but of other sizes. */
    getMonthsChart(months) {
        const axis = (position, text, color) => ({
            position,
            title: { display: true, text, color },
            ticks: { callback: (value) => `${value} %` },
            grid: { drawOnChartArea: position === "left" },
        });
        const accuracy = { ...axis("left", _t("Accuracy in money"), COLORS.good), max: 100 };
        return {
            type: "line",
            data: {
                labels: months.map((month) => month.label),
                datasets: [
                    this.getLine(_t("Accuracy in money"), months.map((month) => month.accuracy), COLORS.good, "accuracy"),
                    this.getLine(_t("Shrinkage"), months.map((month) => month.shrinkage), COLORS.bad, "shrinkage"),
                ],
            },
            options: {
                interaction: { mode: "index", intersect: false },
                plugins: { legend: { position: "bottom" }, tooltip: this.getTooltip((value) => this.formatPercent(value)) },
                scales: { accuracy, shrinkage: axis("right", _t("Shrinkage"), COLORS.bad) },
            },
        };
    }

    getLine(label, data, color, yAxisID) {
        return { label, data, yAxisID, borderColor: color, backgroundColor: color, tension: 0.25, spanGaps: true, pointRadius: 4 };
    }

    /** What is missing to the left of zero, what was found too much to the right: both add up to the absolute gap. */
    getWorstChart(rows) {
        const missing = rows.map((row) => (row.net - row.absolute) / 2);
        const surplus = rows.map((row) => (row.net + row.absolute) / 2);
        return {
            type: "bar",
            data: {
                labels: rows.map((row) => this.shorten(row.name)),
                datasets: [
                    { label: _t("Missing"), data: missing, backgroundColor: COLORS.bad },
                    { label: _t("Found too much"), data: surplus, backgroundColor: COLORS.good },
                ],
            },
            options: {
                indexAxis: "y",
                datasets: { bar: { maxBarThickness: 28 } },
                plugins: { legend: { position: "bottom" }, tooltip: this.getTooltip((value) => this.formatMoney(value)) },
                scales: { x: { stacked: true }, y: { stacked: true, ticks: { autoSkip: false } } },
            },
        };
    }

    getStockChart(parts) {
        const scheme = cookie.get("color_scheme");
        return {
            type: "doughnut",
            data: {
                labels: parts.map((part) => this.shorten(part.name)),
                datasets: [
                    {
                        data: parts.map((part) => Math.max(0, part.value)),
                        backgroundColor: parts.map((part, index) => getColor(index, scheme, "md")),
                    },
                ],
            },
            options: {
                cutout: "60%",
                plugins: { legend: { position: "right" }, tooltip: this.getTooltip((value) => this.formatMoney(value)) },
            },
        };
    }

    getDueChart(places) {
        return {
            type: "bar",
            data: {
                labels: places.map((place) => this.shorten(place.name)),
                datasets: [
                    { label: _t("Not counted this year"), data: places.map((place) => place.missing), backgroundColor: COLORS.due },
                    { label: _t("Counted"), data: places.map((place) => place.counted), backgroundColor: COLORS.stock },
                ],
            },
            options: {
                indexAxis: "y",
                datasets: { bar: { maxBarThickness: 28 } },
                plugins: { legend: { position: "bottom" } },
                scales: { x: { stacked: true, ticks: { precision: 0 } }, y: { stacked: true, ticks: { autoSkip: false } } },
            },
        };
    }

    getTooltip(format) {
        return { callbacks: { label: ({ dataset, label, raw }) => `${dataset.label || label}: ${format(raw)}` } };
    }

    // What is behind a figure

    openGaps(domain = [], name = undefined) {
        this.openReport(GAPS, [...this.state.data.gap_domain, ...domain], name);
    }

    openWorst(field, row) {
        this.openGaps([[field, "=", row.id]], row.name);
    }

    openStock(part) {
        if (!part || part.id !== null) {
            this.openReport(STOCK, part ? [["categ_id", "=", part.id]] : [], part && part.name);
        }
    }

    async openReport(xmlId, domain, name) {
        const action = await this.action.loadAction(xmlId);
        this.action.doAction({ ...action, domain, context: {}, path: false, name: name || action.name, display_name: name || action.name });
    }

    openSheets(sheets) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name: sheets.title,
            res_model: "stock.inventory.sheet",
            domain: sheets.domain,
            views: [[false, "list"], [false, "kanban"], [false, "calendar"], [false, "form"]],
        });
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
}

registry.category("actions").add("cognityv_valuation.value_dashboard", ValueDashboard);
