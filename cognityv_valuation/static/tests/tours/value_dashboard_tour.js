import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openMenu = (menu) => [
    stepUtils.showAppsMenuItem(),
    { content: "Open Inventory", trigger: ".o_app[data-menu-xmlid='stock.menu_stock_root']", run: "click" },
    { content: "Open Reporting", trigger: "[data-menu-xmlid='stock.menu_warehouse_report']", run: "click" },
    { content: "Open the menu", trigger: `[data-menu-xmlid='cognityv_valuation.${menu}']`, run: "click" },
];

const title = (text) => `.o_last_breadcrumb_item:contains(${text})`;
const back = { content: "Back", trigger: ".o_breadcrumb a:contains(Value Dashboard)", run: "click" };

/** A click with the mouse where a chart has drawn something. */
function clickOn(place, dataset, index) {
    return {
        content: `Click in the chart of ${place}`,
        trigger: `.o_value_${place} canvas`,
        run() {
            const chart = window.Chart.getChart(this.anchor);
            const { x, y } = chart.getDatasetMeta(dataset).data[index].getCenterPoint();
            const { left, top } = this.anchor.getBoundingClientRect();
            const where = { clientX: left + x, clientY: top + y, bubbles: true };
            this.anchor.dispatchEvent(new MouseEvent("mousemove", where));
            this.anchor.dispatchEvent(new MouseEvent("click", where));
        },
    };
}

/** Something is drawn: pixels of more than one colour. */
const isDrawn = (place) => ({
    content: `The chart of ${place} is drawn`,
    trigger: `.o_value_${place} canvas`,
    run() {
        const { width, height } = this.anchor;
        const pixels = new Uint32Array(this.anchor.getContext("2d").getImageData(0, 0, width, height).data.buffer);
        if (new Set(pixels).size < 3) {
            throw new Error(`The chart of ${place} is empty.`);
        }
    },
});

const isDownloaded = (extension) => {
    const files = performance.getEntriesByType("resource").filter(({ name }) => name.includes("cognityv_valuation/report/"));
    return files.some(({ name, responseStatus }) => name.endsWith(extension) && responseStatus === 200);
};

/** What the view shows as a file, by the gear beside its name. */
const takeFile = (extension) => [
    { content: "The gear", trigger: ".o_cp_action_menus .fa-cog", run: "click" },
    { content: `As ${extension}`, trigger: `.o_value_report_${extension}`, run: "click" },
    {
        content: `The ${extension} has come`,
        trigger: ".o_control_panel",
        async run() {
            for (let tries = 0; !isDownloaded(extension) && tries < 300; tries++) {
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
            if (!isDownloaded(extension)) {
                throw new Error(`The ${extension} did not come.`);
            }
        },
    },
    { content: "And no message", trigger: "body:not(:has(.o_error_dialog, .modal))" },
];

/** From the menu to the charts, through each of them to its records, and from there to the sheet. */
registry.category("web_tour.tours").add("value_dashboard", {
    steps: () => [
        ...openMenu("menu_value_dashboard"),
        { content: "What the stock is worth", trigger: ".o_value_card_stock .o_value_figure:contains(190.00)" },
        { content: "How right its records are", trigger: ".o_value_card_accuracy .o_value_figure:contains(90.00 %)" },
        ...["months", "categories", "locations", "products", "due"].map(isDrawn),
        clickOn("products", 0, 0),
        { content: "The gaps of the part", trigger: `${title("Part")}:not(:contains(Gear))` },
        { content: "In a pivot", trigger: ".o_pivot table:contains(A1)" },
        { content: "As a list", trigger: ".o_switch_view.o_list", run: "click" },
        { content: "Only the part", trigger: ".o_list_view:not(:has(.o_data_row:contains(Gear)))" },
        { content: "Open a gap", trigger: ".o_data_row:contains(A1) td[name=product_id]:contains(Part)", run: "click" },
        { content: "Its sheet", trigger: ".o_form_view .o_statusbar_status button.o_arrow_button_current:contains(Validated)" },
        back,
        clickOn("locations", 1, 0),
        { content: "The gaps of the place", trigger: title("A1") },
        back,
        clickOn("months", 0, 11),
        { content: "The gaps of this month", trigger: ".o_pivot table:contains(A1)" },
        back,
        clickOn("categories", 0, 0),
        { content: "The stock of the category", trigger: title("FIFO") },
        { content: "What it is worth", trigger: ".o_pivot table:contains(105.00)" },
        back,
        clickOn("due", 0, 0),
        { content: "What is not counted", trigger: ".o_list_view .o_data_row" },
        back,
        { content: "Back at the charts", trigger: ".o_value_products canvas" },
    ],
});

/** Each report opens from its menu, shows a figure, and comes as a workbook and on paper. */
registry.category("web_tour.tours").add("value_report_files", {
    steps: () =>
        [
            ["menu_valuation_report", "205.00"],
            ["menu_sale_cost_report", "15.00"],
            ["menu_production_cost_report", "10.00"],
            ["menu_inventory_gap_report", "15.00"],
        ].flatMap(([menu, figure]) => [
            ...openMenu(menu),
            { content: "A figure", trigger: `.o_pivot table:contains(${figure})` },
            ...takeFile("xlsx"),
            ...takeFile("pdf"),
            {
                content: "Forget these files",
                trigger: ".o_control_panel",
                run: () => performance.clearResourceTimings(),
            },
        ]),
});
