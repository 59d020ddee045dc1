"""From a scope to a briefing: stories, the sentences that carry them, what changed since."""
