"""Buying roles are records of their own, which can be logged and taken back"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE opportunity_contact_before AS SELECT * FROM opportunity_contact")
    op.drop_table('opportunity_contact')
    op.create_table('opportunity_contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('opportunity_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('influence', sa.Integer(), nullable=True),
    sa.Column('stance', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("role IN ('economic_buyer', 'champion', 'coach', 'decision_maker', 'technical', 'user', 'influencer', 'procurement', 'legal', 'security', 'blocker', 'sponsor', 'partner')", name=op.f('ck_opportunity_contact_role')),
    sa.CheckConstraint('influence BETWEEN 1 AND 5', name=op.f('ck_opportunity_contact_influence')),
    sa.CheckConstraint('stance BETWEEN -2 AND 2', name=op.f('ck_opportunity_contact_stance')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_opportunity_contact_contact_id')),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_opportunity_contact_opportunity_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opportunity_contact')),
    sa.UniqueConstraint('opportunity_id', 'contact_id', 'role', name=op.f('uq_opportunity_contact_opportunity_id_contact_id_role'))
    )
    op.execute(
        "INSERT INTO opportunity_contact (opportunity_id, contact_id, role, influence, stance, version)"
        " SELECT opportunity_id, contact_id, role, influence, stance, 1 FROM opportunity_contact_before"
    )
    op.execute("DROP TABLE opportunity_contact_before")


def downgrade() -> None:
    raise NotImplementedError("the log refers to the new rows; restore a backup instead")
