import configparser
import importlib.machinery
import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def script():
    """The script `./cognityv`, as a module."""
    loader = importlib.machinery.SourceFileLoader("cognityv_script", str(ROOT / "cognityv"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


@pytest.fixture
def database(script):
    """The name of a copy of the template, dropped afterwards. This process is another one than that of `./cognityv test`,
    so it has a name of its own."""
    with script.scratch_database(script.set_up(), "run") as name:
        yield name


@pytest.fixture
def options(script):
    """Odoo's settings, as a dict."""
    config = configparser.RawConfigParser()
    config.read(script.CONF)
    return dict(config["options"])
