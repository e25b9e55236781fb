"""Brings .venv up to a lock file: `python3 requirements/install.py runtime|development`.

Run by the Makefile with the system's Python, so it is standard library only and says clearly what is missing. Packages
come as wheels with the hashes of the lock file, through the pinned uv, or through pip where uv does not work.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STRICT = ("--require-hashes", "--only-binary", ":all:")


class InstallError(Exception):
    """The environment cannot be made; the message says what to do."""


def main(kind: str) -> None:
    """Make the environment if needed, and install what the lock file of that kind lists.

    Raises:
        InstallError: this machine lacks something, or the packages cannot be fetched.
    """
    with (ROOT / ".venv.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make run` and `make test` may be started together on a fresh clone
        make_environment()
        lock_file = REQUIREMENTS / f"{kind}.txt"
        if not install_with_uv(lock_file) and not pip_install(lock_file):
            raise InstallError("The packages could not be installed; the reason is above. Is PyPI within reach?")


def make_environment() -> None:
    """Make .venv, or make it again when its Python is gone or the checkout has moved.

    Raises:
        InstallError: this Python cannot make one.
    """
    if works():
        return
    print(f"Making .venv with Python {sys.version.split()[0]} ({sys.executable})", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    if made.returncode != 0 or not works():
        raise InstallError("python3 -m venv does not work here. On Debian and Ubuntu: apt-get install python3-venv")


def works() -> bool:
    """Tell whether .venv has a Python of its own, new enough and in its place, with pip."""
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11) or sys.prefix != sys.argv[1])"
    try:
        return subprocess.run([str(PYTHON), "-c", probe, str(VENV)], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install_with_uv(lock_file: Path) -> bool:
    """Install through the pinned uv, which is itself installed from PyPI first; return whether it worked."""
    if not pip_install(REQUIREMENTS / "installer.txt"):
        return False
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1"}
    command = [str(PYTHON), "-m", "uv", "pip", "install", "--quiet", "--python", str(PYTHON), *STRICT]
    done = subprocess.run([*command, "--requirement", str(lock_file)], env=environment, check=False)
    if done.returncode != 0:
        print("uv did not work here, so pip installs the packages", flush=True)
    return done.returncode == 0


def pip_install(lock_file: Path) -> bool:
    """Run pip on a lock file; return whether it worked."""
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *STRICT]
    return subprocess.run([*command, "--requirement", str(lock_file)], check=False).returncode == 0


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except InstallError as error:
        sys.exit(f"Cannot install: {error}")
