"""Values to text: mails, the words of alerts, and the bytes around them. Pure; templates are read at construction."""
