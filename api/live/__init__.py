"""What lasts longer than an answer: subscriptions, over WebSocket and as server-sent events."""
