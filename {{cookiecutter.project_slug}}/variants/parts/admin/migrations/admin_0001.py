"""Create the tables of roles and invitations.

They have their own branch, so that the owner can add and remove the part at any time.
"""

import sqlalchemy as sa
from alembic import op

revision = "admin_0001"
down_revision = None
branch_labels = ("admin",)
depends_on = "0001"


def upgrade() -> None:
    op.create_table(
        "roles",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_roles"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_roles_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "invitations",
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", sa.String(20), nullable=True),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("email", name="pk_invitations"),
        sa.ForeignKeyConstraint(
            ["invited_by"],
            ["users.id"],
            name="fk_invitations_invited_by_users",
            ondelete="CASCADE",
        ),
    )
    for column in ("invited_by", "ends_at"):
        op.create_index(f"ix_invitations_{column}", "invitations", [column])


def downgrade() -> None:
    op.drop_table("invitations")
    op.drop_table("roles")
