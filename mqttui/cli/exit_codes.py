"""What the command tells the shell when it ends; documented in docs/command-line.md."""

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
# What a shell reports for a program that was interrupted.
EXIT_INTERRUPTED = 130
