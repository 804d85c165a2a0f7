"""The Cloud API: what comes in, what goes out, what its errors ask for."""
