"""A client that holds every XML answer of the Billing API against its version's XSD."""

import re
from functools import cache
from typing import Any

import httpx
from lxml import etree

from tieout.serve.billing.versions import SERVED
from tieout.serve.billing.xml_schema import schema_text

VERSION = re.compile(r"/billing/(v[0-9]+)/(?!schema)")
VERSIONS = {version.id: version for version in SERVED}


@cache
def schema_of(version_id: str) -> etree.XMLSchema:
    """Give the schema of a version, compiled by libxml2."""
    return compiled(schema_text(VERSIONS[version_id]).encode())


def compiled(text: bytes) -> etree.XMLSchema:
    """Compile a schema. Raises XMLSchemaParseError for one that is none."""
    return etree.XMLSchema(etree.fromstring(text))


def complaints(content: bytes, version_id: str) -> list[str]:
    """Give what the schema of a version says against a document."""
    schema = schema_of(version_id)
    schema.validate(etree.fromstring(content))
    return [str(entry.message) for entry in schema.error_log]


class CheckedClient(httpx.Client):
    """Checks each answer that is read whole."""

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request; a stream is left to its reader."""
        answer = super().send(request, **options)
        place = VERSION.match(request.url.path)
        is_xml = answer.headers.get("Content-Type", "").startswith("application/xml")
        if place and is_xml and not options.get("stream") and answer.content:
            assert complaints(answer.content, place[1]) == [], request.url
        return answer
