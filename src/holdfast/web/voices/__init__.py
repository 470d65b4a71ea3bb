"""Voices: taking part without an account, results by role side by side, who is missing, and what follows from it."""
