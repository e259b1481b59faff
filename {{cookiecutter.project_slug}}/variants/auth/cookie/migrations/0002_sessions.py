"""Create the table of sessions that were ended early."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ended_sessions",
        sa.Column("sid", sa.String(32), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sid", name="pk_ended_sessions"),
    )
    op.create_index("ix_ended_sessions_ends_at", "ended_sessions", ["ends_at"])


def downgrade() -> None:
    op.drop_table("ended_sessions")
