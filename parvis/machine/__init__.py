"""One machine: the data folder, who is at work in it, and the processes that `parvis up` keeps.

A room of its own because three others need it: the command starts and stops the processes, backup
must know that nobody works while it restores, and upkeep tells who does. It knows no Django and no
database but the embedded one's front door, so that starting costs little.
"""
