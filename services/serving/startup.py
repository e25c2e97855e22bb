"""How a process fails before it serves: one sentence on stderr and an exit code, no traceback."""

import errno
import socket
import sys
from collections.abc import Callable

from services.serving.settings import SettingsError

EXIT_SETTINGS = 2
"""Exit code: the environment lacks variables or holds values that cannot be read."""
EXIT_STARTUP = 3
"""Exit code: something that is needed from the start is not there."""
EXIT_INTERRUPTED = 130
"""Exit code: Ctrl-C, as shells count it."""


class StartupError(Exception):
    """Something that is needed from the start is not there; the message is one clear sentence."""


def run(main: Callable[[], int]) -> None:
    """Run ``main`` and exit with its code: 2 for wrong settings, 3 for a failed start."""
    try:
        code = main()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        code = EXIT_SETTINGS
    except StartupError as error:
        print(error, file=sys.stderr)  # noqa: T201
        code = EXIT_STARTUP
    except KeyboardInterrupt:  # before serving began; later it is a drain
        code = EXIT_INTERRUPTED
    sys.exit(code)


def check_port_is_free(host: str, port: int, *, variable: str) -> None:
    """Bind ``port`` for a moment, because gRPC does not say why it could not.

    Args:
        host: The address to bind.
        port: The port, 0 for any (which is always free).
        variable: The environment variable that names the port.

    Raises:
        StartupError: when the port is taken or may not be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"is refused: {error}"
            raise StartupError(f"port {port} on {host} ({variable}) {why}") from None
