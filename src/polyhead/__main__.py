"""`python -m polyhead`: the command line, where scripts are not on the path."""

from polyhead.cli.app import main

if __name__ == "__main__":
    main()
