# Copyright 2026 Cognityv
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Work in a process of its own, so that its memory is its own."""

import multiprocessing
import resource
import traceback
from pathlib import Path

from odoo.sql_db import close_all

from .databases import Failure

FORK = multiprocessing.get_context("fork")


def in_child(function, *arguments):
    """What `function` returns, called in a process of its own.

    :raises Failure: with the traceback, when it fails there
    """
    close_all()  # A connection must not be shared by two processes.
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=answer, args=(sender, function, arguments))
    process.start()
    sender.close()
    try:
        succeeded, result = receiver.recv()
    except EOFError:
        raise Failure("A measuring process ended without a result; was there too little memory?") from None
    finally:
        process.terminate()
        process.join()
    if not succeeded:
        raise Failure(result)
    return result


def answer(sender, function, arguments):
    """The body of the child process."""
    try:
        sender.send((True, function(*arguments)))
    except Exception:
        sender.send((False, traceback.format_exc()))


def resident_mb():
    """Memory of this process now, in MB (10^6 bytes)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def peak_mb():
    """The most memory this process ever had, in MB (10^6 bytes); a forked one starts at what it was given."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
