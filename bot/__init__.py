"""What people type and see: the only room that knows Slack."""
