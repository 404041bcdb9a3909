"""A model for one person, from untagged films of her, and the guard that refuses a worse one."""
