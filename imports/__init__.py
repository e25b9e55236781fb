"""Lists from outside: one way to read, check, import and undo them; what they hold is each app's own kind."""
