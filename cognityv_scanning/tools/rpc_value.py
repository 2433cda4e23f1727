"""Values as phones and other callers send them: they may be anything. Knows nothing of Odoo."""


def is_id(value):
    """Whether this can be the id of a record."""
    return type(value) is int and 0 < value < 2**31


def storable(text):
    """A text without what no database takes: zero bytes and lone halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def printable(value):
    """The beginning of any value, fit for a sentence."""
    return storable(str(value)[:80])
