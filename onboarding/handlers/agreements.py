"""What follows from agreements: mails, papers, seals, roll-out. Every handler only writes to the database."""
