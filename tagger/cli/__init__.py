"""The command line: options and errors only, one command a file."""
