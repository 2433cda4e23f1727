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
const LEGEND_BELOW = { position: "bottom", labels: { boxWidth: 14 } };
const LONGEST_NAME = 26;
const LONGEST_NAME_ON_PHONE = 16;
/** Larger amounts are shortened: 1.2M instead of 1,234,567.89. */
const LONGEST_AMOUNT = 100000;

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
        this.state.data = data;
        // Not in the state: Chart.js is given plain objects, and draws them once.
        this.charts = {
            months: this.getMonthsChart(data.months),
            locations: this.getWorstChart(data.locations),
            products: this.getWorstChart(data.products),
            categories: this.getCategoriesChart(data.categories),
            due: data.due && this.getDueChart(data.due.places),
        };
    }

    // Figures

    formatMoney(value) {
        const humanReadable = Math.abs(value) >= LONGEST_AMOUNT;
        return formatCurrency(value || 0, this.state.data.currency_id, { humanReadable });
    }

    formatShortMoney(value) {
        return formatCurrency(value, this.state.data.currency_id, { humanReadable: true, digits: [16, 0] });
    }

    formatPercent(value) {
        return value === null || value === false ? "–" : `${formatFloat(value, { digits: [16, 2] })} %`;
    }

    get cards() {
        const { totals } = this.state.data;
        const openGaps = () => this.openReport(GAPS, this.state.data.gaps);
        return [
            {
                name: "stock",
                title: _t("Stock value"),
                figure: this.formatMoney(totals.stock_value),
                hint: _t("now, at Odoo's own cost"),
                color: "text-info",
                open: () => this.openReport(STOCK, this.state.data.stock),
            },
            {
                name: "accuracy",
                title: _t("Accuracy in money"),
                figure: this.formatPercent(totals.accuracy_percent),
                hint: _t("of what was counted in 12 months"),
                color: "text-success",
                open: openGaps,
            },
            {
                name: "shrinkage",
                title: _t("Shrinkage"),
                figure: this.formatPercent(totals.shrinkage_percent),
                hint: _t("of the value counted in 12 months"),
                color: totals.shrinkage_percent > 0 ? "text-danger" : "text-success",
                open: openGaps,
            },
            {
                name: "gap",
                title: _t("Gap value (net)"),
                figure: this.formatMoney(totals.gap_value),
                hint: _t("found too much less too little"),
                color: totals.gap_value < 0 ? "text-danger" : "text-success",
                open: openGaps,
            },
        ];
    }

    get dueSheets() {
        const { late, due, in_progress, completed } = this.state.data.due.sheets;
        return [
            { name: "late", title: _t("Late"), color: "text-bg-danger", ...late },
            { name: "due", title: _t("Due within 7 days"), color: "text-bg-info", ...due },
            { name: "in_progress", title: _t("In progress"), color: "text-bg-warning", ...in_progress },
            { name: "completed", title: _t("To validate"), color: "text-bg-success", ...completed },
        ];
    }

    // Charts

    /** The end of a name: that of a place or a category begins with those that it is in. */
    shorten(name) {
        const longest = this.env.isSmall ? LONGEST_NAME_ON_PHONE : LONGEST_NAME;
        return name.length > longest ? `…${name.slice(1 - longest)}` : name;
    }

    /** Accuracy by month on the left, shrinkage on the right: both in percent, but of other sizes. */
    getMonthsChart(months) {
        const axis = (position, text, color) => ({
            position,
            title: { display: true, text, color },
            ticks: { callback: (value) => `${formatFloat(value, { digits: [16, 2], trailingZeros: false })} %` },
            grid: { drawOnChartArea: position === "left" },
        });
        const names = { accuracy: _t("Accuracy in money"), shrinkage: _t("Shrinkage") };
        return {
            type: "line",
            data: {
                labels: months.map((month) => month.label),
                datasets: [
                    this.getLine(months, "accuracy", names.accuracy, COLORS.good),
                    this.getLine(months, "shrinkage", names.shrinkage, COLORS.bad),
                ],
            },
            options: {
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: LEGEND_BELOW,
                    tooltip: this.getTooltip((value) => this.formatPercent(value)),
                },
                scales: {
                    accuracy: { ...axis("left", names.accuracy, COLORS.good), max: 100 },
                    shrinkage: axis("right", names.shrinkage, COLORS.bad),
                },
            },
        };
    }

    getLine(months, name, label, color) {
        return {
            label,
            data: months.map((month) => month[name]),
            yAxisID: name,
            borderColor: color,
            backgroundColor: color,
            // A smooth line that is never above or below what was measured.
            cubicInterpolationMode: "monotone",
            spanGaps: true,
            pointRadius: 4,
        };
    }

    /** What is missing to the left of zero, what was found too much to the right: both add up to the absolute gap. */
    getWorstChart(rows) {
        const missing = rows.map((row) => (row.net - row.absolute) / 2);
        const surplus = rows.map((row) => (row.net + row.absolute) / 2);
        return this.getStackedBars(
            rows,
            [
                { label: _t("Missing"), data: missing, backgroundColor: COLORS.bad },
                { label: _t("Found too much"), data: surplus, backgroundColor: COLORS.good },
            ],
            (value) => this.formatMoney(value),
            (value) => this.formatShortMoney(value)
        );
    }

    getDueChart(places) {
        const format = (value) => formatFloat(value, { digits: [16, 0] });
        const count = (name) => places.map((place) => place[name]);
        return this.getStackedBars(
            places,
            [
                { label: _t("Not counted this year"), data: count("missing"), backgroundColor: COLORS.due },
                { label: _t("Counted"), data: count("counted"), backgroundColor: COLORS.stock },
            ],
            format,
            format
        );
    }

    /**
     * @param {Function} format of a figure
     * @param {Function} formatTick of one on the axis, where there is less room
     */
    getStackedBars(rows, datasets, format, formatTick) {
        return {
            type: "bar",
            data: { labels: rows.map((row) => this.shorten(row.name)), datasets },
            options: {
                indexAxis: "y",
                datasets: { bar: { maxBarThickness: 28 } },
                plugins: { legend: LEGEND_BELOW, tooltip: this.getTooltip(format) },
                scales: {
                    x: { stacked: true, ticks: { precision: 0, maxTicksLimit: 8, callback: formatTick } },
                    y: { stacked: true, ticks: { autoSkip: false } },
                },
            },
        };
    }

    /** What is worth less than nothing, as more left than came in, has no slice. */
    getCategoriesChart(categories) {
        const scheme = cookie.get("color_scheme");
        return {
            type: "doughnut",
            data: {
                labels: categories.map((category) => this.shorten(category.name)),
                datasets: [
                    {
                        data: categories.map((category) => Math.max(0, category.value)),
                        backgroundColor: categories.map((category, index) => getColor(index, scheme, "md")),
                    },
                ],
            },
            options: {
                cutout: "60%",
                plugins: {
                    legend: { ...LEGEND_BELOW, position: "right" },
                    tooltip: this.getTooltip((value) => this.formatMoney(value)),
                },
            },
        };
    }

    getTooltip(format) {
        return { callbacks: { label: ({ dataset, label, raw }) => `${dataset.label || label}: ${format(raw)}` } };
    }

    // What is behind a figure

    /** The gaps of a month, a place or a product. */
    openGaps({ domain, name }) {
        return this.openReport(GAPS, domain, name);
    }

    /** The stock of a category. */
    openStock({ domain, name }) {
        return this.openReport(STOCK, domain, name);
    }

    /** A report of other records than its own action shows: so without its path, which would forget them on reload. */
    async openReport(xmlId, domain, name) {
        const action = await this.action.loadAction(xmlId);
        const title = name || action.name;
        return this.action.doAction({ ...action, domain, context: {}, path: false, name: title, display_name: title });
    }

    openSheets(sheets) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: sheets.title,
            res_model: "stock.inventory.sheet",
            domain: sheets.domain,
            views: [[false, "list"], [false, "kanban"], [false, "calendar"], [false, "form"]],
        });
    }

    openPlace(place) {
        return this.action.doAction({
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
