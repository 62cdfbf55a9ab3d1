"""What needs a clock: tasks that apps register, and the process that runs them."""
