"""What faces clients and operators: HTTP in and out, and who may ask."""
