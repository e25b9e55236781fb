"""Moving in from another system: steps, rehearsal, run, report and undo."""
