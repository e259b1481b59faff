"""Create the table of connected accounts.

It has its own branch, so that the owner can add and remove the part at any time.
"""

import sqlalchemy as sa
from alembic import op

revision = "social_0001"
down_revision = None
branch_labels = ("social",)
depends_on = "0001"


def upgrade() -> None:
    op.create_table(
        "social_connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("provider", sa.String(30), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_social_connections"),
        sa.UniqueConstraint("public_id", name="uq_social_connections_public_id"),
        sa.UniqueConstraint("issuer", "subject", name="uq_social_connections_issuer"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name="fk_social_connections_user_id_users",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_social_connections_user_id", "social_connections", ["user_id"])


def downgrade() -> None:
    op.drop_table("social_connections")
