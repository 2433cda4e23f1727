"""What only the add-on's own code may write.

A state, a stamp, a current quantity or the link of a move to its sheet is evidence: no user may set it, by RPC
either. A context key cannot be trusted for that, as RPC callers choose the context; but they cannot send this
very object.
"""

OWN_WRITE = object()
CONTEXT_KEY = "inventory_own_write"


def as_own_write(records):
    """The same records, allowed to write what is protected."""
    return records.with_context(**{CONTEXT_KEY: OWN_WRITE})


def is_own_write(env):
    return env.context.get(CONTEXT_KEY) is OWN_WRITE


def without_defaults(defaults, names):
    """Default values without those of `names`: a `default_…` in the context would write what nobody may write."""
    return {name: value for name, value in defaults.items() if name not in names}
