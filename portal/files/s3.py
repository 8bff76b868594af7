"""Contents of files in a bucket that speaks S3. The library is imported at the first use: it is slow to load.

Credentials come from where AWS programs look for them (AWS_ACCESS_KEY_ID, a profile, the machine's role).
"""

from __future__ import annotations

import threading
from typing import Any, BinaryIO, cast

from portal.files.storage import KEY, ContentGone, StorageAway

PATIENCE = 10
"""Seconds to wait for a connection, and for each piece of an answer."""


class Bucket:
    """Objects under a prefix of one bucket. The bucket must be private and exist."""

    def __init__(self, bucket: str, prefix: str = "", *, endpoint: str = "", region: str = "") -> None:
        self.bucket, self.prefix = bucket, f"{prefix}/" if prefix else ""
        self._endpoint, self._region = endpoint or None, region or None
        self._lock, self._made = threading.Lock(), None

    def put(self, key: str, content: bytes, media_type: str) -> None:
        self._call("put_object", key, Body=content, ContentType=media_type)

    def open(self, key: str) -> BinaryIO:
        return cast(BinaryIO, self._call("get_object", key)["Body"])

    def delete(self, key: str) -> None:
        self._call("delete_object", key)

    def _call(self, name: str, key: str, **arguments: Any) -> Any:
        if not KEY.fullmatch(key):
            raise ContentGone(key)
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._client(), name)(Bucket=self.bucket, Key=self.prefix + key, **arguments)
        except ClientError as problem:
            if problem.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise ContentGone(key) from None
            raise StorageAway(str(problem)) from problem
        except BotoCoreError as problem:
            raise StorageAway(str(problem)) from problem

    def _client(self) -> Any:
        """One client for the process: it is safe to share between threads, making it is not."""
        with self._lock:
            if self._made is None:
                import boto3
                from botocore.config import Config

                patience = Config(connect_timeout=PATIENCE, read_timeout=PATIENCE, retries={"max_attempts": 2})
                self._made = boto3.client("s3", endpoint_url=self._endpoint, region_name=self._region, config=patience)
            return self._made
