"""photos.py - photos for tests of headquarters' side: bytes that begin as a JPEG, the event that tells of them, pieces."""
import hashlib
import random


def jpeg(size, seed=1):
    """size bytes that begin and end as a JPEG does."""
    return b"\xff\xd8\xff\xe0" + random.Random(seed).randbytes(size - 6) + b"\xff\xd9"


def sha(photo):
    return hashlib.sha256(photo).hexdigest()


def told(chain, photo, size=None):
    """The chain's next event tells of the photo."""
    chain.add("photo.taken", {"sha256": sha(photo), "bytes": len(photo) if size is None else size})


def put(hq, client, name, body=b"", span=None, headers=None, **how):
    """One PUT; span: of Content-Range, behind 'bytes '."""
    more = {"Content-Type": "image/jpeg", **({"Content-Range": f"bytes {span}"} if span else {}), **(headers or {})}
    return hq.request("PUT", f"/v1/photos/{name}", body, more, client, **how)


def piece(photo, first, end):
    """(body, span) of photo[first:end]."""
    return photo[first:end], f"{first}-{min(end, len(photo)) - 1}/{len(photo)}"
