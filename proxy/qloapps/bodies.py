"""Pure. A problem in the PMS's own words, so that its clients can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

if TYPE_CHECKING:
    from proxy.problems import Problem

XML_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
PMS_XML = "text/xml;charset=utf-8"


def as_xml(problem: Problem) -> tuple[str, bytes]:
    """Return media type and body in the shape of the PMS's own errors."""
    document = problem.document()
    del document["errors"]
    root = Element("qloapps")
    error = SubElement(SubElement(root, "errors"), "error")
    SubElement(error, "code").text = str(problem.status)
    SubElement(error, "message").text = problem.detail
    for name, value in document.items():
        SubElement(error, name).text = str(value)
    return PMS_XML, XML_DECLARATION + tostring(root, encoding="utf-8")
