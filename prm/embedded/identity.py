"""As whom a child process runs: PostgreSQL refuses root, and containers run everything as root."""

import contextlib
import ctypes
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Identity:
    """How a child gives up root: a user namespace of its own, another user id, or not at all."""

    user_namespace: bool = False
    user: int | None = None

    def enter(self) -> None:
        """Run in the child, between fork and exec. The user id is set by `subprocess` before this."""
        if self.user_namespace:
            enter_user_namespace()


SAME = Identity()


def unprivileged() -> Identity:
    """Return an identity under which a program does not see itself as root, the least intrusive that works.

    In a user namespace the process is uid 1000 to itself and still owns our files outside. Where namespaces are closed
    (many containers) it is uid 65534 and needs its own copy of what it reads. `PRM_NO_USERNS=1` forces the latter.
    """
    if os.geteuid() != 0:
        return SAME
    if not os.environ.get("PRM_NO_USERNS") and _user_namespaces_work():
        return Identity(user_namespace=True)
    return Identity(user=NOBODY)


def enter_user_namespace() -> None:
    """Become uid 1000 in a new user namespace (Linux), mapped to the present user outside.

    Raises:
        OSError: the kernel or the container does not allow it.
    """
    user, group = os.geteuid(), os.getegid()
    if _LIBC is None or _LIBC.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {user} 1"), ("gid_map", f"1000 {group} 1")):
        with contextlib.suppress(FileNotFoundError):
            Path(f"/proc/self/{name}").write_text(text, encoding="ascii")


def end_with_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel (Linux) to signal this process when its parent dies, however that happens.

    To be called in the child after any change of credentials, which would clear it.

    Args:
        parent: process id of the parent; if it is gone already, this process ends at once.
        signal_number: the signal to get.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _user_namespaces_work() -> bool:
    try:
        probe = subprocess.run(
            [sys.executable, "-S", "-c", ""],
            preexec_fn=enter_user_namespace,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return probe.returncode == 0
