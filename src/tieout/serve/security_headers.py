"""What every answer tells a browser not to do; set here and nowhere else."""

from collections.abc import Mapping

_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_OWN_STYLE = f"{_NOTHING}; style-src 'self'; img-src 'self'"
# FastAPI's pages of documentation load Swagger UI and ReDoc from there and start them by a line
_CDN = "https://cdn.jsdelivr.net"
_DOCUMENTATION = (
    f"{_NOTHING}; connect-src 'self'; script-src 'unsafe-inline' {_CDN};"
    f" style-src 'unsafe-inline' {_CDN}; img-src data: https://fastapi.tiangolo.com;"
    " worker-src blob:"
)
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
ON_DOCUMENTS = ALWAYS | {"Content-Security-Policy": _NOTHING, "Cache-Control": "no-store"}
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
_PAGES = ("/docs", "/redoc")


def security_headers(*, path: str, media_type: str, is_tls: bool) -> Mapping[str, str]:
    """Give what an answer of this type at this path carries; its own headers win."""
    policy = _NOTHING
    if media_type.startswith("text/html"):
        policy = _DOCUMENTATION if path.endswith(_PAGES) else _OWN_STYLE
    return ON_DOCUMENTS | {"Content-Security-Policy": policy} | (OVER_TLS if is_tls else {})
