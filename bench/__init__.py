"""Measurements: `python -m bench` runs them all, `python -m bench.PART` one of them."""
