"""
Pure. Generic resources: their fields, and how one record or a list is written.

What the records hold is `catalogue`'s business, which of them are shown `listings`'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.answers import Answer, cdata, json_document, xml_document

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from demo.answers import Format


@dataclass(frozen=True, slots=True)
class Field:
    """A column; `link` is the path under /api that its value points into."""

    name: str
    link: str = ""
    is_translated: bool = False
    is_filterable: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource; its tags are not always its name (`hotel_rooms` are `rooms`)."""

    name: str
    list_tag: str
    item_tag: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Association:
    """
    Rows that hang on a record; each row has an `id`, which `link` leads to.

    A virtual one is no resource of its own.
    """

    tag: str
    item_tag: str
    link: str
    rows: tuple[Mapping[str, object], ...] = ()
    is_virtual: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Values by field name; `""`, None and False are empty."""

    values: Mapping[str, object]
    associations: tuple[Association, ...] = ()

    @property
    def id(self) -> object:
        """Return the record's id."""
        return self.values["id"]


def kind(name: str, list_tag: str, item_tag: str, fields: str) -> Kind:
    """Describe a resource; a field is `name[>link][*][!]`: translated, unfilterable."""
    return Kind(name, list_tag, item_tag, tuple(map(_field, fields.split())))


def _field(text: str) -> Field:
    name, _, link = text.rstrip("*!").partition(">")
    return Field(name, link, is_translated="*" in text, is_filterable="!" not in text)


def write_list(
    of: Kind,
    records: Sequence[Record],
    shown: Collection[str] | None,
    form: Format,
    api: str,
) -> Answer:
    """Write a list; `shown` names the fields, None gives ids only."""
    if form == "json":
        listed = [_json(of, record, shown or ("id",)) for record in records]
        return json_document({of.list_tag: listed} if listed else [])
    if shown is None:
        xml = "".join(_minimum(of, record, api) for record in records)
    else:
        xml = "".join(_xml(of, record, shown, api) for record in records)
    return xml_document(f"<{of.list_tag}>\n{xml}</{of.list_tag}>\n")


def write_one(
    of: Kind,
    record: Record,
    shown: Collection[str] | None,
    form: Format,
    api: str,
    *,
    status: int = 200,
) -> Answer:
    """Write a single record."""
    if form == "json":
        value = {of.item_tag: _json(of, record, shown or ("id",))}
        return json_document(value, status)
    if shown is None:
        return xml_document(_minimum(of, record, api), status)
    return xml_document(_xml(of, record, shown, api), status)


def every_field(of: Kind) -> tuple[str, ...]:
    """Name all fields and the associations, which only a full display has."""
    return (*(field.name for field in of.fields), "associations")


def _minimum(of: Kind, record: Record, api: str) -> str:
    href = f"{api}/{of.list_tag}/{record.id}"
    return f'<{of.item_tag} id="{record.id}" xlink:href="{href}"/>\n'


def _xml(of: Kind, record: Record, shown: Collection[str], api: str) -> str:
    fields = "".join(
        _xml_field(field, record, api) for field in of.fields if field.name in shown
    )
    linked = ""
    if "associations" in shown and record.associations:
        rows = "".join(_xml_association(one, api) for one in record.associations)
        linked = f"<associations>\n{rows}</associations>\n"
    return f"<{of.item_tag}>\n{fields}{linked}</{of.item_tag}>\n"


def _xml_field(field: Field, record: Record, api: str) -> str:
    value = record.values[field.name]
    attributes = ""
    if field.link and value and value != "0":
        link = field.link.format(id=record.id)
        attributes += f' xlink:href="{api}/{link}/{value}"'
    if not field.is_filterable:
        attributes += ' notFilterable="true"'
    text = "" if value is False or value in ("", None) else cdata(value)
    if field.is_translated:
        language = f'<language id="1" xlink:href="{api}/languages/1">'
        text = f"{language}{cdata(value)}</language>"
    return f"\t<{field.name}{attributes}>{text}</{field.name}>\n"


def _xml_association(one: Association, api: str) -> str:
    origin = 'virtualEntity="true"' if one.is_virtual else f'api="{one.tag}"'
    start = f'<{one.tag} nodeType="{one.item_tag}" {origin}'
    if not one.rows:
        return f"{start}/>\n"
    rows = "".join(
        f'\t<{one.item_tag} xlink:href="{api}/{one.link}/{row["id"]}">\n'
        + "".join(
            f"\t<{k}>{'' if v == '' else cdata(v)}</{k}>\n" for k, v in row.items()
        )
        + f"\t</{one.item_tag}>\n"
        for row in one.rows
    )
    return f"{start}>\n{rows}</{one.tag}>\n"


def _json(of: Kind, record: Record, shown: Collection[str]) -> dict[str, object]:
    values = {
        field.name: record.values[field.name]
        for field in of.fields
        if field.name in shown
    }
    linked = {one.tag: list(one.rows) for one in record.associations if one.rows}
    if "associations" in shown and linked:
        values["associations"] = linked
    return values
