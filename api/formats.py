"""Which form of a table a caller accepts."""

from api.errors import NotAcceptable
from sandbox.results import Format

OFFERED = {form.media_type.partition(";")[0]: form for form in Format}


def chosen(accept: str | None) -> Format:
    """The form that an `Accept` header prefers among those there are; raises `NotAcceptable`.

    >>> chosen("text/csv;q=0.5, application/vnd.apache.parquet").value
    'parquet'
    >>> chosen("*/*").value
    'json'
    """
    ranges = sorted(map(_range, (accept or "*/*").split(",")), key=lambda pair: -pair[1])
    for name, weight in ranges:
        for offered, form in OFFERED.items():
            kind = offered.partition("/")[0]
            if weight > 0 and name in {offered, f"{kind}/*", "*/*"}:
                return form
    raise NotAcceptable(tuple(OFFERED))


def _range(text: str) -> tuple[str, float]:
    name, _, rest = text.strip().lower().partition(";")
    _, _, weight = rest.strip().partition("q=")
    return name.strip(), float(weight) if weight.replace(".", "", 1).isdigit() else 1.0
