"""What developers run and no process imports."""
