"""The script `./cognityv` itself: what can be tested without setting a machine up again."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments):
    return subprocess.run([sys.executable, ROOT / "cognityv", *arguments], capture_output=True, text=True, cwd="/")


def test_help_names_every_command():
    text = run("--help").stdout
    for command in ("demo", "test", "serve", "stop", "shell", "db", "odoo", "status", "lint", "bench"):
        assert f"    {command} " in text, command


def test_unknown_option_is_named():
    done = run("serve", "--prot", "1")
    assert done.returncode == 2
    assert "--prot" in done.stderr


def test_bad_database_name_is_refused():
    done = run("db", "a;b")
    assert done.returncode == 2
    assert "letters, digits" in done.stderr


def test_the_scripts_own_databases_are_not_touched():
    for command in (("serve", "-d"), ("shell", "-d"), ("db",)):
        done = run(*command, "cognityv_template")
        assert done.returncode == 2
        assert "the script's own" in done.stderr


def test_a_database_that_does_not_exist_is_named():
    for command in ("serve", "shell"):
        done = run(command, "-d", "no_such_database")
        assert done.returncode == 1
        assert "There is no database no_such_database" in done.stderr


def test_linked_python_environment_is_not_emptied(script, tmp_path, monkeypatch):
    """It belongs to somebody else, such as another checkout."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "pyvenv.cfg").touch()
    (tmp_path / "venv").symlink_to(theirs)
    monkeypatch.setattr(script, "HOME", tmp_path)
    monkeypatch.setattr(script, "VENV", tmp_path / "venv")
    monkeypatch.setattr(script, "run_logged", lambda *arguments, **options: pytest.fail("it was about to be emptied"))
    with pytest.raises(script.Failure, match="is a link; remove it"):
        script.ensure_python(tmp_path / "odoo")
    assert (theirs / "pyvenv.cfg").exists()


def test_status_runs():
    done = run("status")
    assert done.returncode == 0, done.stderr
    assert "PostgreSQL: runs" in done.stdout


def test_odoo_home_without_odoo_is_said(script, monkeypatch, tmp_path):
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(script.Failure, match="there is no Odoo 19"):
        script.ensure_odoo()


def test_odoo_home_is_found(script, monkeypatch, tmp_path):
    package = tmp_path / "odoo"
    package.mkdir()
    (package / "release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    assert script.ensure_odoo() == package
    (package / "release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    assert script.odoo_package(tmp_path) is None


def test_taken_port_is_said(script):
    with script.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(script.Failure, match="is taken by another program"):
            script.ensure_free(taken.getsockname()[1])


def test_template_depends_on_the_code_but_not_on_python_tests(script):
    names = {path.relative_to(ROOT).as_posix() for path in script.addon_files()}
    assert "cognityv_inventory/models/stock_inventory_sheet.py" in names
    assert "cognityv_inventory/static/tests/tours/inventory_sheet_tour.js" in names
    assert not any(name.startswith("cognityv_inventory/tests/") for name in names)


def test_local_configuration_is_derived_from_the_production_one(script):
    text = script.CONF.read_text()
    assert "list_db = False" in text
    assert "workers = 0" in text
    assert "http_interface = 127.0.0.1" in text
    assert "workers = 4" in (ROOT / "odoo.conf").read_text()


def test_a_failing_step_shows_the_end_of_its_log(script, capsys):
    with pytest.raises(script.Failure, match=r"(?s)ended with 3.*what went wrong"):
        script.run_logged("a step of the test", ["sh", "-c", "echo what went wrong; exit 3"])
    assert "failed" in capsys.readouterr().out


def test_no_host_of_a_registry_and_no_path_of_a_machine():
    """Only the machine's own configuration says where packages come from."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    words = ["pypi" + ".org", "registry." + "npmjs", "deb." + "debian.org", "/work" + "/main", "/ro" + "ot/"]
    for name in filter(None, tracked.split("\0")):
        path = ROOT / name
        if path.suffix in (".png",) or not path.is_file():
            continue
        content = path.read_text(errors="replace")
        assert not [word for word in words if word in content], name
