import { ConnectionLostError } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { describe, getLineIdentity } from "./item";

const MAX_SUGGESTIONS = 8;
// The most that the server gives: of these, the ones that fit are shown.
const MAX_LOTS = 50;

/**
 * Finds items while a person types.
 *
 * @param {ScanSession} session
 * @returns {{findItems: Function, findLots: Function}} `findItems(text)` gives what is on the document first, also without network,
 *  and in a place anything else, which may be found as well; `findLots(text, product_id)` gives tracking numbers of a product. Both
 *  give suggestions `{key, title, detail}` with the `line` or the `match` of the resolver that it is.
 */
export function useItemSearch(session) {
    const orm = useService("orm");

    async function suggest(text, kinds, limit) {
        try {
            return await orm.silent.call("stock.scan.resolver", "suggest", [text], { kinds, limit });
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return [];
            }
            throw error;
        }
    }

    function findLines(text) {
        const wanted = text.toLowerCase();
        const isMeant = ({ product, code, lot }) => [product, code, lot].some((word) => word && word.toLowerCase().includes(wanted));
        return session.state.lines
            .filter(isMeant)
            .slice(0, MAX_SUGGESTIONS)
            .map((line) => {
                const { item: title, detail } = describe(line);
                return { key: line.id, title, detail, line };
            });
    }

    const isNew = ({ product_id, lot_id }) =>
        !session.state.lines.some((line) => line.product_id === product_id && (line.lot_id || 0) === (lot_id || 0));

    async function findItems(text) {
        const known = findLines(text);
        if (known.length >= MAX_SUGGESTIONS || session.payload.kind !== "verification") {
            return known;
        }
        const found = await suggest(text, ["product", "lot"], MAX_SUGGESTIONS - known.length);
        return [...known, ...found.filter(isNew).map((match) => toSuggestion(match, match.product, match.lot_name))];
    }

    async function findLots(text, product_id) {
        const lots = await suggest(text, ["lot"], MAX_LOTS);
        return lots
            .filter((lot) => lot.product_id === product_id)
            .slice(0, MAX_SUGGESTIONS)
            .map((lot) => toSuggestion(lot, lot.lot_name, lot.product));
    }

    return { findItems, findLots };
}

const toSuggestion = (match, title, detail) => ({ key: `${match.model},${match.id}`, title, detail: detail || "", match });

/** @returns {Object} which item a suggestion is */
export const getMeant = ({ line, match }) => (line ? getLineIdentity(line) : match);
