from . import links, scan, service_worker
