"""What the operator wrote in feeds.yaml: its grammar, where each value stands, and how mistakes are explained."""
