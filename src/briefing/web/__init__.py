"""The pages we serve: where an alert is answered."""
