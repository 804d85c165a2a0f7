"""The runbook's step 1 as a command: `python -m proxy doctor` examines and judges."""
