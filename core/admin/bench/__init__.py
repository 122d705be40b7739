"""What recognition takes, and what it brings, on a video: `doorward-admin bench`."""
