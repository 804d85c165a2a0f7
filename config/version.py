"""The version of this project, told by `pms_build_info`; `pyproject.toml` reads it."""

VERSION = "0.1.0"
