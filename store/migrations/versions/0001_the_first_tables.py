"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_day',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('works', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_day')),
    sa.UniqueConstraint('region', 'day', name=op.f('uq_calendar_day_region_day'))
    )
    op.create_table('exchange_rate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('rate', sa.String(), nullable=False),
    sa.CheckConstraint("kind IN ('daily', 'plan')", name=op.f('ck_exchange_rate_kind')),
    sa.CheckConstraint('currency IS NULL OR length(currency) = 3', name=op.f('ck_exchange_rate_currency')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exchange_rate')),
    sa.UniqueConstraint('currency', 'kind', 'valid_from', name=op.f('uq_exchange_rate_currency_kind_valid_from'))
    )
    op.create_table('inbound_event',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_inbound_event'))
    )
    with op.batch_alter_table('inbound_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inbound_event_received_at'), ['received_at'], unique=False)

    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('fiscal_start_month', sa.Integer(), nullable=False),
    sa.Column('fiscal_year_named_by', sa.String(), nullable=False),
    sa.Column('working_days', sa.String(), nullable=False),
    sa.Column('sharing', sa.String(), nullable=False),
    sa.CheckConstraint("fiscal_year_named_by IN ('start', 'end')", name=op.f('ck_organisation_fiscal_year_named_by')),
    sa.CheckConstraint("sharing IN ('private', 'team', 'open')", name=op.f('ck_organisation_sharing')),
    sa.CheckConstraint('currency IS NULL OR length(currency) = 3', name=op.f('ck_organisation_currency')),
    sa.CheckConstraint('fiscal_start_month BETWEEN 1 AND 12', name=op.f('ck_organisation_fiscal_start_month')),
    sa.CheckConstraint('id = 1', name=op.f('ck_organisation_single')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation'))
    )
    op.create_table('product',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('family', sa.String(), nullable=False),
    sa.Column('list_price_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('currency IS NULL OR length(currency) = 3', name=op.f('ck_product_currency')),
    sa.CheckConstraint('list_price_minor IS NULL OR currency IS NOT NULL', name=op.f('ck_product_price_currency')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product')),
    sa.UniqueConstraint('external_id', name=op.f('uq_product_external_id')),
    sa.UniqueConstraint('name', name=op.f('uq_product_name'))
    )
    op.create_table('stage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('probability', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.CheckConstraint("category IN ('pipeline', 'best_case', 'commit', 'closed', 'omitted')", name=op.f('ck_stage_category')),
    sa.CheckConstraint("kind IN ('open', 'won', 'lost')", name=op.f('ck_stage_kind')),
    sa.CheckConstraint('probability BETWEEN 0 AND 100', name=op.f('ck_stage_probability')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage')),
    sa.UniqueConstraint('name', name=op.f('uq_stage_name')),
    sa.UniqueConstraint('position', name=op.f('uq_stage_position'))
    )
    op.create_table('team',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team')),
    sa.UniqueConstraint('name', name=op.f('uq_team_name'))
    )
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('slack_id', sa.String(), nullable=True),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('manager_id', sa.Integer(), nullable=True),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=True),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('active_from', sa.Date(), nullable=True),
    sa.Column('active_to', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("role IN ('rep', 'manager', 'admin')", name=op.f('ck_person_role')),
    sa.CheckConstraint('active_to IS NULL OR active_from IS NULL OR active_to >= active_from', name=op.f('ck_person_active')),
    sa.CheckConstraint('manager_id <> id', name=op.f('ck_person_manager_is_another')),
    sa.ForeignKeyConstraint(['manager_id'], ['person.id'], name=op.f('fk_person_manager_id')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_person_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email')),
    sa.UniqueConstraint('external_id', name=op.f('uq_person_external_id')),
    sa.UniqueConstraint('slack_id', name=op.f('uq_person_slack_id'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_manager_id'), ['manager_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_team_id'), ['team_id'], unique=False)

    op.create_table('channel',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('strangers', sa.Integer(), nullable=False),
    sa.Column('refreshed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('strangers >= 0', name=op.f('ck_channel_strangers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel'))
    )
    with op.batch_alter_table('channel', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_channel_name'), ['name'], unique=False)

    op.create_table('channel_member',
    sa.Column('channel_id', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_channel_member_channel_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_channel_member_person_id')),
    sa.PrimaryKeyConstraint('channel_id', 'person_id', name=op.f('pk_channel_member'))
    )
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('industry', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('website', sa.String(), nullable=False),
    sa.Column('employees', sa.Integer(), nullable=True),
    sa.Column('founded_year', sa.Integer(), nullable=True),
    sa.Column('annual_revenue_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('annual_revenue_minor IS NULL OR currency IS NOT NULL', name=op.f('ck_account_revenue_currency')),
    sa.CheckConstraint('currency IS NULL OR length(currency) = 3', name=op.f('ck_account_currency')),
    sa.CheckConstraint('employees IS NULL OR employees >= 0', name=op.f('ck_account_employees')),
    sa.CheckConstraint('parent_id <> id', name=op.f('ck_account_parent_is_another')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_account_owner_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['account.id'], name=op.f('fk_account_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('external_id', name=op.f('uq_account_external_id'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_account_owner_id'), ['owner_id'], unique=False)

    op.create_table('audit_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('skill', sa.String(), nullable=False),
    sa.Column('params', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('took_ms', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_audit_event_actor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_event'))
    )
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_event_at'), ['at'], unique=False)

    op.create_table('change_log',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('change_id', sa.String(), nullable=False),
    sa.Column('record_kind', sa.String(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(), nullable=False),
    sa.Column('old', sa.String(), nullable=True),
    sa.Column('new', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('undoes', sa.String(), nullable=True),
    sa.CheckConstraint("source IN ('command', 'sentence', 'model', 'button', 'form', 'schedule', 'import', 'demo')", name=op.f('ck_change_log_source')),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_change_log_actor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_log'))
    )
    with op.batch_alter_table('change_log', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_change_log_change_id'), ['change_id'], unique=False)
        batch_op.create_index('ix_change_log_field', ['record_kind', 'field', 'effective_on'], unique=False)
        batch_op.create_index('ix_change_log_record', ['record_kind', 'record_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_change_log_recorded_at'), ['recorded_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_change_log_undoes'), ['undoes'], unique=False)

    op.create_table('conversation',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_conversation_person_id')),
    sa.PrimaryKeyConstraint('key', 'person_id', name=op.f('pk_conversation'))
    )
    op.create_table('pending_change',
    sa.Column('token', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('skill', sa.String(), nullable=False),
    sa.Column('change', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pending_change_person_id')),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_pending_change'))
    )
    op.create_table('quota',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('metric', sa.String(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(person_id IS NULL) <> (team_id IS NULL)', name=op.f('ck_quota_one_holder')),
    sa.CheckConstraint('amount_minor >= 0', name=op.f('ck_quota_amount')),
    sa.CheckConstraint('currency IS NULL OR length(currency) = 3', name=op.f('ck_quota_currency')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_quota_person_id')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_quota_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quota')),
    sa.UniqueConstraint('person_id', 'metric', 'month', 'version', name=op.f('uq_quota_person_id_metric_month_version')),
    sa.UniqueConstraint('team_id', 'metric', 'month', 'version', name=op.f('uq_quota_team_id_metric_month_version'))
    )
    with op.batch_alter_table('quota', schema=None) as batch_op:
        batch_op.create_index('ix_quota_month', ['metric', 'month'], unique=False)

    op.create_table('report_schedule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('skill', sa.String(), nullable=False),
    sa.Column('params', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('channel_name', sa.String(), nullable=False),
    sa.Column('weekdays', sa.String(), nullable=False),
    sa.Column('month_day', sa.Integer(), nullable=True),
    sa.Column('at', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('covered_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(month_day IS NULL) <> (weekdays = '')", name=op.f('ck_report_schedule_one_rhythm')),
    sa.CheckConstraint("status IN ('active', 'paused', 'deleted')", name=op.f('ck_report_schedule_status')),
    sa.CheckConstraint('month_day IS NULL OR month_day BETWEEN 1 AND 31', name=op.f('ck_report_schedule_month_day')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_report_schedule_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_schedule'))
    )
    with op.batch_alter_table('report_schedule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_schedule_owner_id'), ['owner_id'], unique=False)

    op.create_table('contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_contact_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('external_id', name=op.f('uq_contact_external_id'))
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_account_id'), ['account_id'], unique=False)

    op.create_table('opportunity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=True),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('booked_minor', sa.BigInteger(), nullable=True),
    sa.Column('opened_on', sa.Date(), nullable=True),
    sa.Column('expected_close', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('next_step', sa.String(), nullable=False),
    sa.Column('next_step_due', sa.Date(), nullable=True),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('competitor', sa.String(), nullable=False),
    sa.Column('loss_reason', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(status = 'open') = (closed_on IS NULL)", name=op.f('ck_opportunity_closed_on')),
    sa.CheckConstraint("booked_minor IS NULL OR status = 'won'", name=op.f('ck_opportunity_booked')),
    sa.CheckConstraint("category IN ('pipeline', 'best_case', 'commit', 'closed', 'omitted')", name=op.f('ck_opportunity_category')),
    sa.CheckConstraint("status IN ('open', 'won', 'lost')", name=op.f('ck_opportunity_status')),
    sa.CheckConstraint('amount_minor IS NULL OR amount_minor >= 0', name=op.f('ck_opportunity_amount')),
    sa.CheckConstraint('length(currency) = 3', name=op.f('ck_opportunity_currency')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_opportunity_account_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_opportunity_owner_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_opportunity_product_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_opportunity_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opportunity')),
    sa.UniqueConstraint('external_id', name=op.f('uq_opportunity_external_id'))
    )
    with op.batch_alter_table('opportunity', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opportunity_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_opportunity_booked', ['status', 'closed_on', 'owner_id', 'currency', 'amount_minor', 'booked_minor'], unique=False)
        batch_op.create_index('ix_opportunity_owner', ['owner_id', 'status', 'expected_close'], unique=False)
        batch_op.create_index(batch_op.f('ix_opportunity_stage_id'), ['stage_id'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('schedule_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ts', sa.String(), nullable=True),
    sa.Column('error', sa.String(), nullable=True),
    sa.CheckConstraint("status IN ('waiting', 'sending', 'sent', 'failed')", name=op.f('ck_outbox_status')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_outbox_person_id')),
    sa.ForeignKeyConstraint(['schedule_id'], ['report_schedule.id'], name=op.f('fk_outbox_schedule_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_key'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_status', ['status', 'not_before'], unique=False)

    op.create_table('activity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('direction', sa.String(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('duration_minutes', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('opportunity_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("direction IS NULL OR direction IN ('in', 'out', 'both')", name=op.f('ck_activity_direction')),
    sa.CheckConstraint("kind IN ('call', 'email', 'meeting', 'demo', 'note')", name=op.f('ck_activity_kind')),
    sa.CheckConstraint('duration_minutes IS NULL OR duration_minutes >= 0', name=op.f('ck_activity_duration')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_activity_account_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_activity_contact_id')),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_activity_opportunity_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_activity_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity')),
    sa.UniqueConstraint('external_id', name=op.f('uq_activity_external_id'))
    )
    with op.batch_alter_table('activity', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_activity_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_activity_occurred_at'), ['occurred_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_activity_opportunity_id'), ['opportunity_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_activity_person_id'), ['person_id'], unique=False)

    op.create_table('opportunity_contact',
    sa.Column('opportunity_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('influence', sa.Integer(), nullable=True),
    sa.Column('stance', sa.Integer(), nullable=True),
    sa.CheckConstraint("role IN ('economic_buyer', 'champion', 'coach', 'decision_maker', 'technical', 'user', 'influencer', 'procurement', 'legal', 'security', 'blocker', 'sponsor', 'partner')", name=op.f('ck_opportunity_contact_role')),
    sa.CheckConstraint('influence BETWEEN 1 AND 5', name=op.f('ck_opportunity_contact_influence')),
    sa.CheckConstraint('stance BETWEEN -2 AND 2', name=op.f('ck_opportunity_contact_stance')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_opportunity_contact_contact_id')),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_opportunity_contact_opportunity_id')),
    sa.PrimaryKeyConstraint('opportunity_id', 'contact_id', 'role', name=op.f('pk_opportunity_contact'))
    )
    op.create_table('snapshot',
    sa.Column('taken_on', sa.Date(), nullable=False),
    sa.Column('opportunity_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('expected_close', sa.Date(), nullable=True),
    sa.Column('category', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_snapshot_opportunity_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_snapshot_owner_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_snapshot_stage_id')),
    sa.PrimaryKeyConstraint('taken_on', 'opportunity_id', name=op.f('pk_snapshot'))
    )


def downgrade() -> None:
    op.drop_table('channel_member')
    with op.batch_alter_table('channel', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_channel_name'))

    op.drop_table('channel')
    op.drop_table('snapshot')
    op.drop_table('opportunity_contact')
    with op.batch_alter_table('activity', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_activity_person_id'))
        batch_op.drop_index(batch_op.f('ix_activity_opportunity_id'))
        batch_op.drop_index(batch_op.f('ix_activity_occurred_at'))
        batch_op.drop_index(batch_op.f('ix_activity_account_id'))

    op.drop_table('activity')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_status')

    op.drop_table('outbox')
    with op.batch_alter_table('opportunity', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_opportunity_stage_id'))
        batch_op.drop_index('ix_opportunity_owner')
        batch_op.drop_index('ix_opportunity_booked')
        batch_op.drop_index(batch_op.f('ix_opportunity_account_id'))

    op.drop_table('opportunity')
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_account_id'))

    op.drop_table('contact')
    with op.batch_alter_table('report_schedule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_schedule_owner_id'))

    op.drop_table('report_schedule')
    with op.batch_alter_table('quota', schema=None) as batch_op:
        batch_op.drop_index('ix_quota_month')

    op.drop_table('quota')
    op.drop_table('pending_change')
    op.drop_table('conversation')
    with op.batch_alter_table('change_log', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_change_log_undoes'))
        batch_op.drop_index(batch_op.f('ix_change_log_recorded_at'))
        batch_op.drop_index('ix_change_log_record')
        batch_op.drop_index('ix_change_log_field')
        batch_op.drop_index(batch_op.f('ix_change_log_change_id'))

    op.drop_table('change_log')
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_event_at'))

    op.drop_table('audit_event')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_owner_id'))
        batch_op.drop_index(batch_op.f('ix_account_name'))

    op.drop_table('account')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_team_id'))
        batch_op.drop_index(batch_op.f('ix_person_name'))
        batch_op.drop_index(batch_op.f('ix_person_manager_id'))

    op.drop_table('person')
    op.drop_table('team')
    op.drop_table('stage')
    op.drop_table('product')
    op.drop_table('organisation')
    with op.batch_alter_table('inbound_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inbound_event_received_at'))

    op.drop_table('inbound_event')
    op.drop_table('exchange_rate')
    op.drop_table('calendar_day')
