"""`python -m tagger`: the same as the command `tagger`."""

from tagger.cli.app import main

if __name__ == "__main__":
    main()
