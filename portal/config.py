"""The settings of one installation, read once from the environment and checked before anything starts.

Holds what differs between two installations of the same code: addresses, database, secrets, limits. What a
network or a tenant decides for itself is data, and not here. `portal settings` prints the README's table from it.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal import config_defaults as defaults
from portal import config_values as values
from portal import secret_file
from portal.config_problems import SettingsError, problems_of
from portal.config_values import POSTGRESQL, DatabaseUrl, PostgresqlUrl

__all__ = ["SHORTEST_SECRET", "Settings", "SettingsError"]

SHORTEST_SECRET = 32


class Settings(BaseSettings):
    """Every setting of an installation. A variable that is empty counts as absent; names have no prefix.

    Making one reads the environment and raises pydantic's ValidationError; `load()` turns that into readable lines.
    Without SECRET_KEY in development, making one also writes DATA_DIR/secret.
    """

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, extra="ignore", validate_default=True, hide_input_in_errors=True
    )

    environment: Annotated[Literal["development", "production"], BeforeValidator(values.lower)] = Field(
        "development",
        description="`production` demands its own secret and an https address, and sets Secure cookies.",
    )
    host: Annotated[str, AfterValidator(values.listening_address)] = Field(
        "127.0.0.1", description="Address to listen on; `0.0.0.0` for every address of the machine."
    )
    port: int = Field(8000, ge=1, le=65535, description="TCP port to listen on.")
    public_url: str = Field(
        default_factory=defaults.public_url,
        description="Address that people type, without a path; mail links to it. Required in production (https).",
        json_schema_extra=defaults.shown("`http://localhost:PORT` in development"),
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Number of reverse proxies in front whose `X-Forwarded-*` headers are believed.",
    )
    web_processes: int = Field(
        2, ge=1, le=64, description="Number of web server processes; one per core is a good start."
    )
    page_memory: int = Field(
        48,
        ge=0,
        le=4096,
        description="MiB of rendered pages that each web process keeps; 0 renders every page anew.",
    )
    data_dir: Annotated[Path, AfterValidator(Path.absolute)] = Field(
        Path("var"),
        description="Folder for what the portal writes: embedded database, uploads, search index, secret, outbox.",
        json_schema_extra=defaults.shown("`var` in the current folder"),
    )
    secret_key: str = Field(
        "",
        repr=False,
        description=f"Signs cookies and links; {SHORTEST_SECRET} characters or more. Required in production.",
        json_schema_extra=defaults.shown("made once in development and kept in `DATA_DIR/secret`"),
    )
    database_url: DatabaseUrl = Field(
        default_factory=defaults.database,
        repr=False,
        description="Database of the web processes: `sqlite:////path/to/file` or `postgresql://user:password@host/name`.",
        json_schema_extra=defaults.shown("SQLite file `DATA_DIR/daylight.sqlite3`"),
    )
    database_owner_url: PostgresqlUrl | None = Field(
        None,
        repr=False,
        description="PostgreSQL only: the role that owns the tables, used by `portal setup`, `backup` and `restore`.",
        json_schema_extra=defaults.shown("as `DATABASE_URL`"),
    )
    database_worker_url: PostgresqlUrl | None = Field(
        None,
        repr=False,
        description="PostgreSQL only: the role of `portal worker`, which works for all tenants.",
        json_schema_extra=defaults.shown("as `DATABASE_URL`"),
    )
    database_replica_url: PostgresqlUrl | None = Field(
        None,
        repr=False,
        description="PostgreSQL only: a database that follows the first (streaming replication). Public pages are read "
        "from it while it is at most 5 seconds behind, but not by those who have just written something.",
        json_schema_extra=defaults.shown("none"),
    )
    sqlite_synchronous: Annotated[Literal["FULL", "EXTRA", "NORMAL"], BeforeValidator(values.upper)] = Field(
        "FULL",
        description="SQLite's `synchronous` pragma; with `NORMAL` a power cut may lose the last transactions.",
    )
    mail_url: Annotated[str, AfterValidator(values.mail_transport)] = Field(
        "file:",
        repr=False,
        description="How mail leaves: `file:` writes `.eml` files to `DATA_DIR/outbox`, `file:///folder` elsewhere; "
        "`console:` prints it; `smtp://user:password@host:port` (STARTTLS) or `smtps://…` (TLS). Certificates are "
        "checked (an authority of your own: `SSL_CERT_FILE`), and no password is sent without TLS.",
    )
    mail_from: Annotated[str, AfterValidator(values.mail_address)] = Field(
        default_factory=defaults.sender,
        description="Sender address of all mail.",
        json_schema_extra=defaults.shown("`portal@` and the host of `PUBLIC_URL`"),
    )
    limits_url: Annotated[str, AfterValidator(values.limits_url)] = Field(
        "",
        repr=False,
        description="Redis or Valkey in which tries to sign in, links asked for and comments are counted, the same for "
        "every machine: `redis://user:password@host:port/0`, `rediss://…` (TLS) or `unix:///path/to/socket`. While it "
        "does not answer, the database counts.",
        json_schema_extra=defaults.shown("none: the database counts"),
    )
    max_body_bytes: int = Field(
        2 * 1024 * 1024,
        ge=64 * 1024,
        le=1024 * 1024 * 1024,
        description="Largest request that is accepted, in bytes, where no files are sent.",
        json_schema_extra=defaults.shown("`2097152` (2 MiB)"),
    )
    files_url: Annotated[str, AfterValidator(values.files_url)] = Field(
        "file:",
        description="Where photos and documents are kept: `file:` in `DATA_DIR/files`, `file:///folder` elsewhere; "
        "`s3://bucket/prefix?endpoint=https://host&region=name` in a private bucket (both parameters optional; "
        "credentials as AWS programs find them, such as `AWS_ACCESS_KEY_ID`).",
    )
    max_upload_bytes: int = Field(
        10 * 1024 * 1024,
        ge=64 * 1024,
        le=256 * 1024 * 1024,
        description="Largest photo or document, in bytes.",
        json_schema_extra=defaults.shown("`10485760` (10 MiB)"),
    )
    max_files: int = Field(
        6, ge=1, le=50, description="How many files the customer, and each business, may add to one case."
    )
    max_pixels: int = Field(
        40_000_000,
        ge=1_000_000,
        le=400_000_000,
        description="Largest photo, in pixels; decoding one takes some 10 bytes of memory for each.",
        json_schema_extra=defaults.shown("`40000000` (40 megapixels)"),
    )
    search_engine: Annotated[Literal["auto", "whoosh", "postgresql"], BeforeValidator(values.lower)] = Field(
        "auto",
        description="What searches: `whoosh` keeps an index in `DATA_DIR/search` (SQLite only, good for some 50,000 "
        "cases), `postgresql` uses the database; `auto` takes the one that goes with `DATABASE_URL`.",
    )
    cluster_window_hours: int = Field(
        48,
        ge=1,
        le=336,
        description="Cases of so many last hours are held against the usual rate to find spikes: long enough that "
        "reports of one trouble come together, short enough that an incident is told while it lasts.",
    )
    cluster_least: int = Field(
        5,
        ge=3,
        le=1000,
        description="Fewer cases are never a cluster: two or three are handled faster one by one, and a group shown in "
        "public must not point at single people.",
    )
    cluster_factor: float = Field(
        3,
        ge=1,
        le=100,
        description="A cluster has at least so many times the usual number: where much comes in, a small rise is "
        "certain, but not worth anybody's time.",
    )
    cluster_alpha: float = Field(
        0.001,
        gt=0,
        lt=0.5,
        description="How likely chance alone may bring a spike of this size (Poisson): topics and places are looked at "
        "by the hundred, so one in twenty would find something every day.",
    )
    retention_days: int = Field(
        730,
        ge=0,
        le=36_500,
        description="Days after which a case that has ended forgets its customer (words, contacts, files, keys); "
        "0 keeps them.",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(values.upper)] = Field(
        "INFO", description="Least important kind of line in the log: `DEBUG`, `INFO`, `WARNING` or `ERROR`."
    )
    log_format: Annotated[Literal["json", "text"], BeforeValidator(values.lower)] = Field(
        default_factory=defaults.log_format,
        description="How a line of the log is written: `json` for programs, `text` for a terminal.",
        json_schema_extra=defaults.shown("`json` in production, else `text`"),
    )
    drain_seconds: int = Field(
        default_factory=defaults.drain,
        ge=0,
        le=300,
        description="How long `/readyz` says 503 after SIGTERM before no connection is taken any more, so that a load "
        "balancer turns to others first.",
        json_schema_extra=defaults.shown("`5` in production, else `0`"),
    )
    metrics_allow: Annotated[str, AfterValidator(values.networks)] = Field(
        "127.0.0.1,::1",
        description="Who may read `/metrics`: addresses and networks, with commas, or `nobody`. The address of the "
        "connection counts; what a proxy passes on is refused.",
    )
    metrics_token: Annotated[str, AfterValidator(values.metrics_token)] = Field(
        "",
        repr=False,
        description="Whoever sends `Authorization: Bearer` with it may read `/metrics` from anywhere; 32 characters or "
        "more.",
        json_schema_extra=defaults.shown("none"),
    )

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, url: str, info: ValidationInfo) -> str:
        production = info.data.get("environment") == "production"
        if not url:
            raise ValueError("is required in production, for example https://feedback.example.org")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("must be a scheme and a host, for example https://feedback.example.org")
        if production and parts.scheme != "https":
            raise ValueError("must start with https:// in production, because cookies are sent over TLS only")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("secret_key")
    @classmethod
    def _is_long_or_kept(cls, key: str, info: ValidationInfo) -> str:
        if not key and info.data.get("environment") == "production":
            raise ValueError(
                'is required in production; make one with: python3 -c "import secrets; print(secrets.token_hex(32))"'
            )
        if not key and "data_dir" in info.data:
            return secret_file.read_or_make(info.data["data_dir"] / "secret")
        if key and len(key) < SHORTEST_SECRET:
            raise ValueError(f"must have at least {SHORTEST_SECRET} characters (has {len(key)})")
        return key

    @field_validator("database_replica_url")
    @classmethod
    def _follows_a_postgresql(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is not None and not str(info.data.get("database_url", "")).startswith(POSTGRESQL):
            raise ValueError("must be empty here: DATABASE_URL names no PostgreSQL that it could follow")
        return url

    @field_validator("search_engine")
    @classmethod
    def _goes_with_the_database(cls, name: str, info: ValidationInfo) -> str:
        on_postgresql = str(info.data.get("database_url", "")).startswith(POSTGRESQL)
        if name == "whoosh" and on_postgresql:
            raise ValueError("must be postgresql here: an index in a folder of one machine cannot serve several")
        if name == "postgresql" and not on_postgresql:
            raise ValueError("must be whoosh here: DATABASE_URL names no PostgreSQL")
        return name

    @classmethod
    def load(cls) -> Self:
        """Read the environment. Raises SettingsError, with one line per wrong variable."""
        try:
            return cls()
        except ValidationError as wrong:
            raise SettingsError(problems_of(wrong)) from None

    @property
    def in_production(self) -> bool:
        """Whether cookies are Secure, hosts are checked, and defaults for convenience are refused."""
        return self.environment == "production"

    @property
    def on_postgresql(self) -> bool:
        """Whether the database is PostgreSQL; else it is SQLite."""
        return self.database_url.startswith(POSTGRESQL)

    @property
    def owner_url(self) -> str:
        """The database as its owner sees it, for migrations."""
        return self.database_owner_url or self.database_url

    @property
    def worker_url(self) -> str:
        """The database as the worker sees it."""
        return self.database_worker_url or self.database_url
