"""Rules of engagement in the console: versions, their parts, publishing, comparing, trying."""
