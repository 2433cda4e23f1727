import { expect, test } from "@odoo/hoot";
import { queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    getService,
    mockService,
    mountWithCleanup,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

defineMailModels();
preloadBundle("web.chartjs_lib");

const GAPS = [["company_id", "=", 1]];
const of = (name, id) => [...GAPS, [name, "=", id]];

const getData = () => ({
    company: "Count & Co",
    currency_id: 1,
    gaps: GAPS,
    stock: [["company_id", "=", 1]],
    totals: {
        count: 4,
        stock_value: 190.5,
        gap_value: -10,
        absolute_gap_value: 20,
        book_value: 200,
        shrinkage_percent: 5,
        accuracy_percent: 90,
    },
    months: [
        { label: "Oct 26", name: "October 2026", domain: [["month", "=", 10]], accuracy: null, shrinkage: null },
        { label: "Nov 26", name: "November 2026", domain: [["month", "=", 11]], accuracy: 90, shrinkage: 5 },
    ],
    locations: [{ id: 7, name: "WH/Stock/A very long way to rack A1", domain: of("location_id", 7), absolute: 15, net: -5 }],
    products: [
        { id: 3, name: "Part", domain: of("product_id", 3), absolute: 15, net: -15 },
        { id: 4, name: "Gear", domain: of("product_id", 4), absolute: 5, net: 5 },
    ],
    categories: [
        { id: 1, name: "Metal", value: 200, domain: [["categ_id", "=", 1]] },
        { id: 2, name: "Sold too early", value: -9.5, domain: [["categ_id", "=", 2]] },
    ],
    due: {
        sheets: {
            late: { count: 2, domain: [["is_late", "=", true]] },
            due: { count: 0, domain: [] },
            in_progress: { count: 0, domain: [] },
            completed: { count: 1, domain: [] },
        },
        coverage: { total: 10, counted: 4, missing: 6, percent: 40 },
        places: [{ id: 7, name: "A1", total: 6, counted: 2, missing: 4, percent: 33 }],
    },
});

async function mountDashboard(data = getData()) {
    onRpc("stock.value.dashboard", "get_dashboard", () => data);
    mockService("action", {
        loadAction: async (xmlId) => ({ name: xmlId, xml_id: xmlId, path: "its-own", context: { filtered: true } }),
        doAction(action, options) {
            if (action.tag) {
                return super.doAction(action, options);
            }
            const { xml_id, res_model, domain, name, path, context } = action;
            expect.step({ of: xml_id || res_model, domain, name, path, context });
        },
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({ type: "ir.actions.client", tag: "cognityv_valuation.value_dashboard" });
    await animationFrame();
}

const getChart = (place) => window.Chart.getChart(queryFirst(`.o_value_${place} canvas`));

/** What Chart.js does when somebody clicks on a bar, a point or a slice; on nothing with null. */
function select(place, index) {
    const chart = getChart(place);
    chart.options.onClick({}, index === null ? [] : [{ index }]);
    return animationFrame();
}

const opened = (xmlId, domain, name) => ({
    of: `cognityv_valuation.${xmlId}`,
    domain,
    name,
    path: false,
    context: {},
});

test("figures, in the currency of the company", async () => {
    await mountDashboard();
    expect(".o_value_card_stock .o_value_figure").toHaveText("$ 190.50");
    expect(".o_value_card_accuracy .o_value_figure").toHaveText("90.00 %");
    expect(".o_value_card_shrinkage .o_value_figure").toHaveText("5.00 %");
    expect(".o_value_card_shrinkage .o_value_figure").toHaveClass("text-danger");
    expect(".o_value_card_gap .o_value_figure").toHaveText("$ -10.00");
    expect(".o_value_sheets_late").toHaveText("Late 2");
});

test("a figure opens what it is of, without the filters of the report", async () => {
    await mountDashboard();
    await contains(".o_value_card_gap").click();
    await contains(".o_value_card_stock").click();
    expect.verifySteps([
        opened("action_inventory_gap_report", GAPS, "cognityv_valuation.action_inventory_gap_report"),
        opened("action_stock_valuation_report", [["company_id", "=", 1]], "cognityv_valuation.action_stock_valuation_report"),
    ]);
});

test("each chart opens the records of what is clicked", async () => {
    await mountDashboard();
    await select("months", 1);
    await select("locations", 0);
    await select("products", 1);
    await select("categories", 0);
    expect.verifySteps([
        opened("action_inventory_gap_report", [["month", "=", 11]], "November 2026"),
        opened("action_inventory_gap_report", of("location_id", 7), "WH/Stock/A very long way to rack A1"),
        opened("action_inventory_gap_report", of("product_id", 4), "Gear"),
        opened("action_stock_valuation_report", [["categ_id", "=", 1]], "Metal"),
    ]);
});

test("a click beside the bars opens nothing", async () => {
    await mountDashboard();
    await select("products", null);
    expect.verifySteps([]);
});

test("missing to the left of zero, too much to the right, together the absolute gap", async () => {
    await mountDashboard();
    expect(getChart("locations").data.datasets.map((dataset) => dataset.data)).toEqual([[-10], [5]]);
    expect(getChart("products").data.datasets.map((dataset) => dataset.data)).toEqual([[-15, 0], [0, 5]]);
});

test("long names are shortened where they say least", async () => {
    await mountDashboard();
    expect(getChart("locations").data.labels).toEqual(["… very long way to rack A1"]);
});

test("a month without a count has no point, and stock of less than nothing no slice", async () => {
    await mountDashboard();
    expect(getChart("months").data.datasets[0].data).toEqual([null, 90]);
    expect(getChart("categories").data.datasets[0].data).toEqual([200, 0]);
});

test("who plans no counts is not told what is due", async () => {
    await mountDashboard({ ...getData(), due: null });
    expect(".o_value_categories canvas").toHaveCount(1);
    expect(".o_value_due").toHaveCount(0);
    expect(".o_value_sheets_late").toHaveCount(0);
});

test("nothing counted so far: sentences instead of empty charts", async () => {
    const data = getData();
    const totals = { ...data.totals, count: 0, shrinkage_percent: null, accuracy_percent: null };
    await mountDashboard({ ...data, totals, locations: [], products: [], categories: [] });
    expect(".o_value_card_accuracy .o_value_figure").toHaveText("–");
    expect(".o_value_months, .o_value_locations, .o_value_products, .o_value_categories").toHaveCount(0);
    expect(".o_value_dashboard").toHaveText(/Nothing was counted and validated in the last 12 months/);
});
