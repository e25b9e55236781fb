"""The command line of the embedded services; the Makefile is how people call it."""

import argparse
import shutil
import sys

from prm.embedded.application import run
from prm.embedded.console import CannotRunError, announce
from prm.embedded.parent import follow_make, unfollow
from prm.embedded.postgres import private_base
from prm.embedded.processes import StopRequested, stop_on_signals
from prm.embedded.stack import run_manage, run_with_services
from prm.embedded.state import State, home
from prm.embedded.suite import run_suite


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code. What follows `test`, `manage` and `--` is passed on as it is."""
    match arguments:
        case ["test", *passed_on]:
            return run_suite(passed_on)
        case ["manage", *passed_on]:
            return run_manage(passed_on)
    options, command = _parse(arguments)
    if options.command == "run":
        return run()
    if options.command == "exec":
        return run_with_services(options.name, command, durable=options.durable)
    return reset()


def reset() -> int:
    """Delete all that the embedded services of this checkout keep.

    Raises:
        CannotRunError: some of them run.
    """
    folder = home() / ".dev"
    running = [path.name for path in folder.glob("*") if State(path.name).is_locked()]
    if running:
        raise CannotRunError(f"Stop first what runs from this checkout: {', '.join(running)}.")
    for path in (folder, private_base(home())):
        shutil.rmtree(path, ignore_errors=True)
    announce("The data of this checkout is deleted.")
    return 0


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="python -m prm.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="the application, until Ctrl-C")
    commands.add_parser("test", help="pytest with services of its own; further arguments reach it")
    commands.add_parser("manage", help="a management command on the data of `run`; further arguments reach it")
    commands.add_parser("reset", help="delete the data of `run` and everything else under .dev/")
    execute = commands.add_parser("exec", help="NAME -- COMMAND…: a command with services of its own")
    execute.add_argument("name", help="the name of the set of services")
    execute.add_argument("--durable", action="store_true", help="let PostgreSQL write through to the disk")
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    options, command = parser.parse_args(arguments[:cut]), arguments[cut + 1 :]
    if (options.command == "exec") != bool(command):
        parser.error("`exec` wants a command after --, and only `exec` does")
    return options, command


if __name__ == "__main__":
    stop_on_signals()
    follow_make()
    try:
        code = main(sys.argv[1:])
    except CannotRunError as error:
        announce(f"Cannot run: {error}")
        code = 1
    except StopRequested as request:
        code = 128 + request.signal
    finally:
        unfollow()
    sys.exit(code)
