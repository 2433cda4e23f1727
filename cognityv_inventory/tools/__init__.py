from . import count_file, own_write, quantity
