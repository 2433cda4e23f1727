import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";

/**
 * The real quantity of an inventory line. An empty cell is not counted, which is not the same as zero: `is_counted`
 * (or the field that the option `counted_field` names) says which, and follows what the person types.
 */
export class RealQuantityField extends FloatField {
    static props = { ...FloatField.props, countedField: { type: String } };

    get isCounted() {
        return this.props.record.data[this.props.countedField];
    }

    get formattedValue() {
        return this.isCounted ? super.formattedValue : "";
    }

    /** Called with each text that a person leaves in the cell, a zero that equals the present value included. */
    parse(text) {
        const isCounted = text.trim() !== "";
        const quantity = isCounted ? super.parse(text) : 0;
        if (isCounted !== this.isCounted) {
            this.props.record.update({ [this.props.countedField]: isCounted, [this.props.name]: quantity });
        }
        return quantity;
    }
}

const getCountedField = (options) => options.counted_field || "is_counted";

export const realQuantityField = {
    ...floatField,
    component: RealQuantityField,
    supportedTypes: ["float"],
    fieldDependencies: ({ options }) => [{ name: getCountedField(options), type: "boolean", readonly: false }],
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...floatField.extractProps(fieldInfo, dynamicInfo),
        countedField: getCountedField(fieldInfo.options),
    }),
};

registry.category("fields").add("real_quantity", realQuantityField);
