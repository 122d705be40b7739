"""The door for minutes or hours, with its parts failing on the way: `doorward-admin soak`."""
