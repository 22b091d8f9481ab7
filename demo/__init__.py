"""The far ends of the service's wires, on loopback: shared by the demonstration and the tests, not in the wheel."""
