"""What an audit sees of a device: its texts with line numbers, and the facts read from them."""
