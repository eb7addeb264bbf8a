"""What the company knows: records, their history, people, schedules and the outbox."""
