import logging

from odoo import api, models

from ..tools import proven_path

_logger = logging.getLogger(__name__)

PARAMETER = "cognityv_inventory.validation_path"
DEFAULT_PATH = "automatic"
COUNT, LINE = "stock.inventory.count", "stock.inventory.sheet.line"
PATHS = [
    ("automatic", "By sets, unless an add-on has changed how stock moves"),
    ("odoo", "Odoo's own, move by move"),
    ("set_based", "Always by sets"),
]


class StockInventoryPath(models.AbstractModel):
    """Which path an adjustment of stock takes: by sets (`stock.adjustment.by.sets`), or Odoo's own.

    By sets leaves out Odoo's methods and writes what they would have written. So another add-on's override of one of
    them, its field in one of the tables, or its field that is worked out from them, would be passed over. Where there
    is anything that the path has not been proven with, Odoo's own is taken.
    """

    _name = "stock.inventory.path"
    _description = "How Validation Moves Stock"

    def _register_hook(self):
        super()._register_hook()
        if self._get_chosen() == "automatic" and (culprits := self._get_culprits()):
            _logger.warning(
                "Inventory sheets are validated move by move, as these have not been proven with validation by sets: %s",
                "; ".join(culprits),
            )
        if self._get_chosen() != "odoo" and (culprits := self._get_culprits_of_counts()):
            _logger.warning(
                "Counts are stored one by one, as these have not been proven with storing them by sets: %s",
                "; ".join(culprits),
            )

    @api.model
    def _get_chosen(self):
        return self.env["ir.config_parameter"].sudo().get_param(PARAMETER) or DEFAULT_PATH

    @api.model
    def _is_set_based(self, adjustment):
        """
        :param adjustment: records of a model that inherits from stock.adjustment.by.sets
        """
        chosen = self._get_chosen()
        if chosen == "odoo" or adjustment._needs_odoo():
            return False
        return chosen == "set_based" or not self._get_culprits()

    @api.model
    def _get_culprits(self):
        """What keeps this database from validation by sets: list of "module: what it has changed"."""
        columns = self._get_proven_columns()
        return [
            *self._get_strange_columns(columns),
            *self._get_strange_dependents(columns),
            *self._get_strange_methods(proven_path.METHODS),
            *self._get_strange_parents(proven_path.METHODS),
        ]

    @api.model
    def _stores_counts_by_sets(self):
        """Whether many counts are stored by sets (`stock_inventory_count_by_sets`). Forcing the path does not reach here:
        what another add-on works out from counts would be out of date."""
        return self._get_chosen() != "odoo" and not self._get_culprits_of_counts()

    @api.model
    def _remembers_counts_by_sets(self):
        """Whether places are told by one statement that they were counted, and not by `write`."""
        return self._get_chosen() != "odoo" and not self._get_strange_methods({"stock.location": {"write"}})

    @api.model
    def _get_culprits_of_counts(self):
        """What keeps this database from storing counts by sets: list of "module: what it has changed"."""
        return [
            *self._get_strange_columns({COUNT: proven_path.COUNT_COLUMNS}),
            *self._get_unknown_results_of_counts(),
            *self._get_strange_methods(self._get_methods_left_out_by_counts()),
            *self._get_strange_parents([COUNT, LINE]),
        ]

    @api.model
    def _get_unknown_results_of_counts(self):
        """Stored fields that follow from counts and would not be written, be they of our own add-ons."""
        columns = {COUNT: proven_path.COUNT_COLUMNS, LINE: self._get_results_of_counts()}
        known = {self.env[model]._fields[name] for model, names in columns.items() for name in names}
        following = {field for source in known for field in self.env.registry.get_dependent_fields(source)}
        unknown = [
            field for field in known | following if field.store and (field not in known or self._is_strange(field))
        ]
        return sorted(f"{', '.join(field._modules) or 'custom field'}: {field}" for field in unknown)

    # What is proven. Hooks: an add-on of ours adds its own, together with its tests.

    @api.model
    def _get_proven_modules(self):
        return proven_path.MODULES

    @api.model
    def _get_proven_columns(self):
        """dict of model → set of names"""
        return proven_path.COLUMNS

    @api.model
    def _get_results_of_counts(self):
        """The stored fields of a line that follow from its counts: set of names"""
        return proven_path.RESULTS_OF_COUNTS

    @api.model
    def _get_methods_left_out_by_counts(self):
        """dict of model → set of names"""
        return proven_path.METHODS_LEFT_OUT_BY_COUNTS

    # What is there

    @api.model
    def _get_strange_columns(self, columns):
        return [
            f"{self._name_module(field)}: {field}"
            for model, names in columns.items()
            for name, field in self.env[model]._fields.items()
            if field.store and field.column_type and (name not in names or self._is_strange(field))
        ]

    @api.model
    def _get_strange_dependents(self, columns):
        """Stored fields of any model that follow from what is written."""
        dependents = {
            dependent
            for model, names in columns.items()
            for name in names & self.env[model]._fields.keys()
            for dependent in self.env.registry.get_dependent_fields(self.env[model]._fields[name])
        }
        strange = [field for field in dependents if field.store and field.compute and self._is_strange(field)]
        return sorted(f"{self._name_module(field)}: {field}" for field in strange)

    @api.model
    def _is_strange(self, field):
        return field.manual or not self._get_proven_modules().issuperset(field._modules)

    @api.model
    def _name_module(self, field):
        strange = [module for module in field._modules if module not in self._get_proven_modules()]
        return ", ".join(strange) or "custom field"

    @api.model
    def _get_strange_methods(self, methods):
        return [
            f"{module}: {model}.{name}"
            for model, names in methods.items()
            if model in self.env
            for definition in type(self.env[model]).__mro__
            if (module := self._get_module(model, definition)) not in self._get_proven_modules()
            for name in sorted(self._get_changed_names(definition, names))
        ]

    @api.model
    def _get_strange_parents(self, models):
        """What an add-on has made these models inherit, such as `mail.thread`: its methods are in a proven module."""
        return [
            f"{module}: {model} inherits {parent}"
            for model in models
            if model in self.env
            for parent, module in type(self.env[model])._inherit_module.items()
            if module not in self._get_proven_modules()
        ]

    @api.model
    def _get_module(self, model, definition):
        """The module of a class of `model`; Odoo's own classes below all models are in `base`. What was put in place of
        a method at run time is in the class that the registry has made."""
        if definition is type(self.env[model]):
            return "changed at run time"
        parts = definition.__module__.split(".")
        return parts[2] if parts[:2] == ["odoo", "addons"] else "base"

    @api.model
    def _get_changed_names(self, definition, names):
        """What a class has of the methods that are left out, and its constraints."""
        own = vars(definition)
        return own.keys() & names | {name for name, member in own.items() if getattr(member, "_constrains", ())}
