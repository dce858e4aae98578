#!/usr/bin/env python3
"""Runs the embedding server; scripts/start_embedding_server.sh makes the environment it needs."""

import sys

if sys.version_info < (3, 11):
    sys.exit("embedding server: Python 3.11 or later is needed, this is %d.%d" % sys.version_info[:2])

from embedding_server.settings import show_help_if_asked

show_help_if_asked(sys.argv[1:])

try:
    from embedding_server.serve import main
except ModuleNotFoundError as error:
    if error.name is None or error.name.startswith("embedding_server"):
        raise
    sys.exit(f"embedding server: the package {error.name} is missing: start it with scripts/start_embedding_server.sh")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
