"""A stand-in for the QloApps PMS, and its faults: for demo, tests and benchmarks."""
