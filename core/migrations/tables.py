"""The tables as the newest migration leaves them; a test compares the two."""

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.mysql import DATETIME

METADATA = MetaData()

people = Table(
    "people",
    METADATA,
    Column("user_id", String(64), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False, server_default=func.current_timestamp()),
    Column("pin_hash", String(255)),  # argon2id
    Column("valid_from", DateTime),  # UTC, as is all that is no TIMESTAMP
    Column("valid_until", DateTime),
    Column("consent_version", String(64)),  # of the text that the person agreed to
    Column("consent_at", DateTime),
)

faces = Table(
    "faces",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey(people.c.user_id, ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(255), nullable=False),
    Column("embedding", LargeBinary, nullable=False),  # little-endian float32, of length 1; sealed where `key_id` is
    Column("created_at", TIMESTAMP, nullable=False, server_default=func.current_timestamp()),
    Column("model_id", String(191), nullable=False, index=True),
    Column("quality", Float, nullable=False),
    Column("key_id", String(16), index=True),  # of the key that `embedding` is sealed with; none: it is plain
)

events = Table(
    "events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime().with_variant(DATETIME(fsp=6), "mysql"), nullable=False, index=True),  # UTC
    Column("source", String(16), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("user_id", String(64)),  # no foreign key: what happened stays true when the person is erased
    Column("name", String(255)),
    Column("similarity", Double),
    Column("margin", Double),
    Column("threshold", Double),
    Column("frames", Integer, nullable=False),
    Column("latency", Double),
    Column("model_id", String(191), nullable=False),
    Column("door", String(16)),
    Column("liveness", String(16)),
    Column("liveness_score", Double),
    Column("policy", String(32)),
    Column("request_id", String(64)),
    Column("actor", String(96)),  # whose key it was that asked over REST
    Column("uid", String(32), index=True, unique=True),  # given by the kiosk: delivered twice it is there once
    Column("position", BigInteger, index=True),  # for who follows the log; none yet, until it is final
)

event_state = Table(
    "event_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row, 1
    Column("position", BigInteger, nullable=False),  # the last one given
)

gallery_state = Table(
    "gallery_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row, 1
    Column("version", BigInteger, nullable=False),
    Column("epoch", String(32)),  # this very database's name: one that is restored has another
    Column("key_id", String(16)),  # of the key that new embeddings are sealed with; none: they are plain
)

gallery_changes = Table(
    "gallery_changes",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", String(64), primary_key=True),  # no foreign key: that they are gone is a change
)

operators = Table(
    "operators",
    METADATA,
    Column("role", String(32), primary_key=True),
    Column("secret_hash", String(255), nullable=False),
)

api_keys = Table(
    "api_keys",
    METADATA,
    Column("prefix", String(16), primary_key=True),
    Column("digest", String(64), nullable=False),  # SHA-256 of the whole key, in hex
    Column("name", String(64), nullable=False),
    Column("scopes", String(255), nullable=False),  # with a space between
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime),
    Column("revoked_at", DateTime),
    Column("last_used_at", DateTime),
)

answers = Table(
    "answers",
    METADATA,
    Column("key_digest", String(64), primary_key=True),
    Column("request_digest", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("expires_at", DateTime, nullable=False, index=True),
)

doors = Table(
    "doors",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("locked", Boolean, nullable=False),  # by the operator
    Column("fault", String(32)),
    Column("at", DateTime, nullable=False),  # when its kiosk said so
)
