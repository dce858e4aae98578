"""Runs a program under a pseudo-terminal of 80 columns: standard input is the keyboard, standard output the screen.

The program ends with this process: at the end of standard input it is hung up on, as by a closed window. Exits with the
program's exit code, or 128 plus the signal that ended it.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

ROWS, COLUMNS = 24, 80


def main(program: list[str]) -> int:
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(program[0], program)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    sources = [terminal, 0]
    while terminal in sources:
        ready, _, _ = select.select(sources, [], [])
        if 0 in ready:
            keys = os.read(0, 4096)
            if keys:
                os.write(terminal, keys)
            else:
                sources.remove(0)
                os.kill(child, signal.SIGHUP)
        if terminal in ready:
            try:
                text = os.read(terminal, 65536)
            except OSError:
                text = b""
            if text:
                os.write(1, text)
            else:
                sources.remove(terminal)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
