# SPDX-License-Identifier: Apache-2.0
"""Files that leave part by part, and that are not sent again to whoever has them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response


def streamed(
    request: HttpRequest, parts: Iterator[bytes], *, name: str, media_type: str, etag: str = ""
) -> HttpResponseBase:
    """A download under a name, with its tag; 304 when the caller's tag is the same.

    Without a tag it is for one person alone, and no cache on the way keeps it.
    """
    if etag and (unchanged := get_conditional_response(request, etag)):
        return unchanged
    kept = {"ETag": etag} if etag else {"Cache-Control": "private, no-store"}
    body = _pulled(parts) if isinstance(request, ASGIRequest) else parts
    return StreamingHttpResponse(
        body,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', **kept},
    )


async def _pulled(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same parts, each made in the request's own thread, where its database connection lives."""
    while (part := await sync_to_async(next)(parts, None)) is not None:
        yield part
