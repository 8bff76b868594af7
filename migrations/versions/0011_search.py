"""The search index: its editions, and on PostgreSQL its documents and words, reached through functions only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from portal.cases.walls import unprotect
from tenants.db import Id, UtcDateTime
from tenants.rls import APP_ROLE, WORKER_ROLE, worker_only

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

READER = """
CREATE FUNCTION search_reader() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN current_setting('app.scope', true) = 'public'
            THEN 'n' || nullif(current_setting('app.network_id', true), '')
        WHEN current_setting('app.scope', true) IN ('staff', 'remote')
            THEN 't' || nullif(current_setting('app.tenant_id', true), '')
    END
$$
"""
SIZE = """
CREATE FUNCTION search_size() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM search_documents WHERE reader = search_reader()
$$
"""
FREQUENCIES = """
CREATE FUNCTION search_frequencies(wanted text[]) RETURNS TABLE (word text, documents bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.word, w.documents FROM search_words w WHERE w.reader = search_reader() AND w.word = ANY (wanted)
$$
"""
NEAR = """
CREATE FUNCTION search_near(wanted text) RETURNS TABLE (word text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET pg_trgm.similarity_threshold = 0.25 AS $$
    SELECT w.word FROM search_words w WHERE w.reader = search_reader() AND w.word % wanted
    ORDER BY similarity(w.word, wanted) DESC, w.documents DESC LIMIT 50
$$
"""
FIND = """
CREATE FUNCTION search_find(wanted tsquery, ranked tsquery, since bigint, most integer, newest boolean)
RETURNS TABLE (kind text, thing bigint, score double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who text := search_reader();
BEGIN
    IF newest THEN
        RETURN QUERY SELECT d.kind::text, d.thing, 0::double precision FROM search_documents d
            WHERE d.reader = who AND d.words @@ wanted AND d.thing >= since
            ORDER BY d.thing DESC LIMIT most;
    ELSE
        RETURN QUERY SELECT d.kind::text, d.thing, ts_rank(d.words, ranked, 1)::double precision AS rank
            FROM search_documents d
            WHERE d.reader = who AND d.words @@ wanted AND d.thing >= since
            ORDER BY rank DESC, d.thing DESC LIMIT most;
    END IF;
END
$$
"""
LIKE = """
CREATE FUNCTION search_like(wanted tsquery, terms text[], weights double precision[], since bigint, most integer)
RETURNS TABLE (kind text, thing bigint, score double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who text := search_reader();
BEGIN
    RETURN QUERY
        WITH found AS MATERIALIZED (
            SELECT d.kind, d.thing, d.words FROM search_documents d
            WHERE d.reader = who AND d.words @@ wanted AND d.thing >= since
        )
        SELECT f.kind::text, f.thing, (
            SELECT coalesce(sum(t.weight), 0) FROM unnest(terms, weights) AS t(term, weight)
            WHERE t.term = ANY (tsvector_to_array(f.words))
        ) / (1 + ln(1 + length(f.words) / 40.0)::double precision) AS rank
        FROM found f ORDER BY rank DESC, f.thing DESC LIMIT most;
END
$$
"""
FUNCTIONS = {
    "search_reader()": READER,
    "search_size()": SIZE,
    "search_frequencies(text[])": FREQUENCIES,
    "search_near(text)": NEAR,
    "search_find(tsquery, tsquery, bigint, integer, boolean)": FIND,
    "search_like(tsquery, text[], double precision[], bigint, integer)": LIKE,
}


def upgrade() -> None:
    op.create_table(
        "search_editions",
        sa.Column("id", Id, nullable=False),
        sa.Column("folder", sa.String(40), nullable=False),
        sa.Column("made_by", sa.String(12), nullable=False),
        sa.Column("word_schema", Id, nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("begun_at", UtcDateTime()),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("last", Id, nullable=False),
        sa.Column("done", Id, nullable=False),
        sa.Column("total", Id, nullable=False),
        sa.Column("position", Id, nullable=False),
        sa.CheckConstraint(
            "reason IN ('asked', 'missing', 'broken', 'older_schema', 'ahead', 'removed')",
            name=op.f("ck_search_editions_reason"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_editions")),
    )
    op.create_table(
        "search_documents",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("thing", Id, autoincrement=False, nullable=False),
        sa.Column("reader", sa.String(24), nullable=False),
        sa.Column("edition", Id, nullable=False),
        sa.Column("words", TSVECTOR().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_search_documents_network_id")),
        sa.PrimaryKeyConstraint("kind", "thing", "reader", name=op.f("pk_search_documents")),
    )
    op.create_table(
        "search_words",
        sa.Column("reader", sa.String(24), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("documents", Id, nullable=False),
        sa.Column("network_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_search_words_network_id")),
        sa.PrimaryKeyConstraint("reader", "word", name=op.f("pk_search_words")),
    )
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    op.create_index("ix_search_documents_words", "search_documents", ["reader", "words"], postgresql_using="gin")
    op.create_index("ix_search_documents_newest", "search_documents", ["reader", "thing"])
    trigrams = {"postgresql_using": "gin", "postgresql_ops": {"word": "gin_trgm_ops"}}
    op.create_index("ix_search_words_near", "search_words", ["reader", "word"], **trigrams)
    if on_postgresql:
        _for_postgresql()


def _for_postgresql() -> None:
    for statement in (
        *worker_only("search_documents"),
        *worker_only("search_words"),
        *FUNCTIONS.values(),
    ):
        op.execute(statement)
    for signature in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}, {WORKER_ROLE}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for signature in reversed(FUNCTIONS):
            op.execute(f"DROP FUNCTION {signature}")
        for statement in (*unprotect("search_documents"), *unprotect("search_words")):
            op.execute(statement)
    for name in ("search_words", "search_documents", "search_editions"):
        op.drop_table(name)
