from . import links, photo, scan, service_worker
