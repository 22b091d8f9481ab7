"""One message to one address: what it looks like at the far end, and what the far end's answer means."""
