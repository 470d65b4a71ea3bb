# The two commands of the README, and the rest, for people used to make. Everything is in dev.py.
PYTHON ?= python3

.PHONY: demo test lint docs bench
demo test lint docs bench:
	@$(PYTHON) dev.py $@
