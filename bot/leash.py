"""`python -m bot.leash MODULE [ARGUMENT …]`: run a module that is told to stop when whoever started it is gone.

The other end of its standard input is the leash: however the starter ends, killed or crashed, the system closes it.
"""

import os
import runpy
import signal
import sys
import threading

STDIN = 0


def main() -> None:
    threading.Thread(target=_stop_with_the_starter, name="leash", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _stop_with_the_starter() -> None:
    while os.read(STDIN, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
