"""`python -m riffsmith` is the command `riffsmith`."""

from riffsmith.cli.app import main

main()
