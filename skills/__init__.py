"""What the assistant can do, and the trade's arithmetic. Knows no Slack."""
