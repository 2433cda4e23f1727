import { Component } from "@odoo/owl";
import { AppHeader } from "../header/app_header";
export class ItemScreen extends Component {
    static template = "cognityv_scanning.ItemScreen";
    static components = { AppHeader };
    static props = { item: { type: String, optional: true }, code: { type: String, optional: true } };
}
