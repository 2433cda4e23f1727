import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";

/**
 * The real quantity of an inventory line. An empty cell is not counted, which is not the same as zero: `is_counted`
 * says which, and follows what the person types.
 */
export class RealQuantityField extends FloatField {
    get formattedValue() {
        return this.props.record.data.is_counted ? super.formattedValue : "";
    }

    /** Called with each text that a person leaves in the cell, a zero that equals the present value included. */
    parse(text) {
        const isCounted = text.trim() !== "";
        const quantity = isCounted ? super.parse(text) : 0;
        if (isCounted !== this.props.record.data.is_counted) {
            this.props.record.update({ is_counted: isCounted, [this.props.name]: quantity });
        }
        return quantity;
    }
}

export const realQuantityField = {
    ...floatField,
    component: RealQuantityField,
    supportedTypes: ["float"],
    fieldDependencies: [{ name: "is_counted", type: "boolean", readonly: false }],
};

registry.category("fields").add("real_quantity", realQuantityField);
