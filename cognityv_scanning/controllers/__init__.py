from . import links, scan
