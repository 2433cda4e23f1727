import { localization } from "@web/core/l10n/localization";
import { formatFloat } from "@web/core/utils/numbers";

// The smallest difference that is one: finer than any unit of measure, coarser than the error of a sum of floats.
const NOTHING = 1e-6;

const FORMAT = { digits: [16, 3], trailingZeros: false };

/** A quantity as a person reads it: no zeros behind the decimal point. */
export const formatQuantity = (quantity) => formatFloat(quantity, FORMAT);

/** A quantity as a person types it. */
export const formatTypedQuantity = (quantity) => formatFloat(quantity, { ...FORMAT, thousandsSep: "" });

/** -1, 0 or 1, where sums of floats that differ by less than any unit can express are equal. */
export function compareQuantities(left, right) {
    const difference = left - right;
    return Math.abs(difference) < NOTHING ? 0 : Math.sign(difference);
}

/** The number that a person typed with the decimal point of their language or with a full stop; NaN when it is none. */
export function parseQuantity(text) {
    const plain = text.trim().replace(localization.decimalPoint, ".");
    return /^\d*\.?\d+$|^\d+\.$/.test(plain) ? Number(plain) : NaN;
}
