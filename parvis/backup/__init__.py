"""One file that holds a whole installation, and the way back from it.

A room because it is more than a command: it knows the tables, the pictures and the keys together,
and what a delivery must not do after a restore. It stands beside report and upkeep; doors only call
`make` and `restore` and render what they answer.
"""
