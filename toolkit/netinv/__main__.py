"""`python -m netinv` is the command netinv."""

from netinv.cli import main

main()
