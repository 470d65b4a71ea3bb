"""People: accounts, what each may do and why, and the record of who did what."""
