import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";

/** A chart of Chart.js that fills its place; `onSelect` gets the number of what was clicked. */
export class ValueChart extends Component {
    static template = "cognityv_valuation.ValueChart";
    static props = {
        config: Object,
        label: String,
        onSelect: { type: Function, optional: true },
    };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = new Chart(this.canvas.el, this.complete(this.props.config));
                return () => chart.destroy();
            },
            () => [this.props.config]
        );
    }

    complete(config) {
        const scheme = cookie.get("color_scheme");
        Chart.defaults.color = getCustomColor(scheme, "#374151", "#E4E4E4");
        Chart.defaults.borderColor = getCustomColor(scheme, "#e5e7eb", "#3C3E4B");
        const options = { responsive: true, maintainAspectRatio: false, animation: false, ...config.options };
        if (this.props.onSelect) {
            options.onClick = (event, [element]) => element && this.props.onSelect(element.index);
            options.onHover = (event, elements) => {
                event.native.target.style.cursor = elements.length ? "pointer" : "default";
            };
        }
        return { ...config, options };
    }
}
