from . import test_resolver
