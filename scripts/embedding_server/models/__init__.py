"""Which models there are, what their folders say, and which of them are in memory."""
