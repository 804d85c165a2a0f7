"""The API's root: every resource that a key may use, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.answers import Answer, unmodelled, xml_document
from demo.shopfiles import resources

if TYPE_CHECKING:
    from demo.answers import Format
    from demo.keys import Key
    from demo.shopfiles import Resource

# In this order the root lists what is allowed.
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")


def api_root(key: Key, form: Format, api: str) -> Answer:
    """List the resources; how JSON shows them was not recorded."""
    if form == "json":
        return unmodelled("the API's root in JSON")
    listed = "".join(
        _resource(one, key, f"{api}/{one.name}")
        for one in resources()
        if key.may_use(one.name)
    )
    return xml_document(f'<api shopName="QloApps">\n{listed}</api>\n')


def _resource(one: Resource, key: Key, href: str) -> str:
    allowed = " ".join(
        f'{method.lower()}="{str(key.may(method, one.name)).lower()}"'
        for method in METHODS
    )
    schemas = "".join(
        f'<schema xlink:href="{href}?schema={name}" type="{name}"/>\n'
        for name in ("blank", "synopsis")
        if one.has_schema
    )
    return (
        f'<{one.name} xlink:href="{href}" {allowed}>\n'
        f'<description xlink:href="{href}" {allowed}>\n'
        f"{one.description}</description>\n"
        f"{schemas}</{one.name}>\n"
    )
