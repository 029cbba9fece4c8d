"""The command line: one module per subcommand; everything heavy is imported lazily."""
