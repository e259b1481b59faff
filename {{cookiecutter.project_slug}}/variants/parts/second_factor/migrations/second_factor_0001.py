"""Create the tables of second factors.

They have their own branch, so that the owner can add and remove the part at any time.
"""

import sqlalchemy as sa
from alembic import op

revision = "second_factor_0001"
down_revision = None
branch_labels = ("second_factor",)
depends_on = "0001"


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(255), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factors"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_second_factors_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_recovery_codes_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "trusted_browsers",
        sa.Column("handle", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("client", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("handle", name="pk_trusted_browsers"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_trusted_browsers_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_trusted_browsers_user_id", "trusted_browsers", ["user_id"])
    op.create_index("ix_trusted_browsers_created_at", "trusted_browsers", ["created_at"])


def downgrade() -> None:
    op.drop_table("trusted_browsers")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
