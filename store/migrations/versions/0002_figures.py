"""Figures: splits, leave, ramp, target levels, forecast submissions, payments, risk settings, years of weeks"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# A column with its check is added by hand: that is the one form in which SQLite keeps the checks of the table,
# which a table rebuilt by Alembic would lose.
COLUMNS = (
    ("opportunity", "quantity INTEGER CONSTRAINT ck_opportunity_quantity CHECK (quantity IS NULL OR quantity >= 0)"),
    ("organisation", "year_pattern VARCHAR NOT NULL DEFAULT 'months' CONSTRAINT ck_organisation_year_pattern CHECK (year_pattern IN ('months', '445', '454', '544'))"),
    ("organisation", "year_start VARCHAR NOT NULL DEFAULT 'nearest' CONSTRAINT ck_organisation_year_start CHECK (year_start IN ('nearest', 'last'))"),
    ("organisation", "week_start VARCHAR NOT NULL DEFAULT 'mon' CONSTRAINT ck_organisation_week_start CHECK (week_start IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'))"),
    ("organisation", "open_rates VARCHAR NOT NULL DEFAULT 'daily' CONSTRAINT ck_organisation_open_rates CHECK (open_rates IN ('daily', 'plan'))"),
    ("organisation", "questions_channel VARCHAR NOT NULL DEFAULT ''"),
    ("organisation", "cards_by VARCHAR NOT NULL DEFAULT 'manager' CONSTRAINT ck_organisation_cards_by CHECK (cards_by IN ('rep', 'manager', 'admin'))"),
    ("organisation", "owners_reminded BOOLEAN NOT NULL DEFAULT TRUE"),
    ("organisation", "progress_shared BOOLEAN NOT NULL DEFAULT FALSE"),
    ("organisation", "posts_amounts BOOLEAN NOT NULL DEFAULT TRUE"),
    ("outbox", "kept VARCHAR NOT NULL DEFAULT ''"),
    ("person", "on_boards BOOLEAN NOT NULL DEFAULT TRUE"),
    ("person", "guided BOOLEAN"),
    ("person", "shares_progress BOOLEAN"),
    ("person", "quiet_from VARCHAR NOT NULL DEFAULT ''"),
    ("person", "quiet_until VARCHAR NOT NULL DEFAULT '' CONSTRAINT ck_person_quiet CHECK ((quiet_from = '') = (quiet_until = ''))"),
    ("product", "unit_cost_minor BIGINT CONSTRAINT ck_product_cost_currency CHECK (unit_cost_minor IS NULL OR currency IS NOT NULL)"),
    ("report_schedule", "working_days_only BOOLEAN NOT NULL DEFAULT FALSE"),
    ("stage", "qualified BOOLEAN NOT NULL DEFAULT TRUE"),
)
OF_COMPANY = sa.text("person_id IS NULL AND team_id IS NULL AND region = ''")
OF_REGION = sa.text("region <> ''")
OF_STAGE = sa.text("record_kind = 'opportunity' AND field = 'stage_id' AND undoes IS NULL")


def upgrade() -> None:
    for table, column in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.add_column('report_schedule', sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True))
    rebuild_quota()
    op.drop_index('ix_change_log_recorded_at', table_name='change_log')
    op.create_index('ix_change_log_moment', 'change_log', ['record_kind', 'recorded_at', 'field', 'record_id'], unique=False)
    op.create_index('ix_change_log_stage', 'change_log', ['record_id', 'effective_on', 'id', 'new', 'record_kind', 'field', 'undoes'], unique=False, sqlite_where=OF_STAGE, postgresql_where=OF_STAGE)
    op.create_index('ix_opportunity_created_at', 'opportunity', ['created_at'], unique=False)
    op.create_index('ix_outbox_ts', 'outbox', ['ts'], unique=False)
    op.create_index('ix_outbox_schedule', 'outbox', ['schedule_id', 'due_at'], unique=False)
    op.create_table('loss_reason',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('no_decision', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loss_reason')),
    sa.UniqueConstraint('name', name=op.f('uq_loss_reason_name'))
    )
    op.create_table('region',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('subdivision', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_region')),
    sa.UniqueConstraint('name', name=op.f('uq_region_name'))
    )
    op.create_table('risk_threshold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=True),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.CheckConstraint('value >= 0', name=op.f('ck_risk_threshold_value')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_risk_threshold_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_threshold')),
    sa.UniqueConstraint('rule', 'stage_id', name=op.f('uq_risk_threshold_rule_stage_id'))
    )
    with op.batch_alter_table('risk_threshold', schema=None) as batch_op:
        batch_op.create_index('uq_risk_threshold_rule', ['rule'], unique=True, sqlite_where=sa.text('stage_id IS NULL'), postgresql_where=sa.text('stage_id IS NULL'))

    op.create_table('forecast_submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('period_start', sa.Date(), nullable=False),
    sa.Column('period_end', sa.Date(), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("category IN ('commit', 'best_case')", name=op.f('ck_forecast_submission_category')),
    sa.CheckConstraint('length(currency) = 3', name=op.f('ck_forecast_submission_currency')),
    sa.CheckConstraint('period_end > period_start', name=op.f('ck_forecast_submission_period')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_forecast_submission_author_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_forecast_submission_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forecast_submission'))
    )
    with op.batch_alter_table('forecast_submission', schema=None) as batch_op:
        batch_op.create_index('ix_forecast_submission_period', ['period_start', 'period_end', 'person_id'], unique=False)

    op.create_table('leave',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_leave_days')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_leave_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leave')),
    sa.UniqueConstraint('external_id', name=op.f('uq_leave_external_id'))
    )
    with op.batch_alter_table('leave', schema=None) as batch_op:
        batch_op.create_index('ix_leave_days', ['person_id', 'first_day'], unique=False)

    op.create_table('quota_acceptance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('quota_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_quota_acceptance_person_id')),
    sa.ForeignKeyConstraint(['quota_id'], ['quota.id'], name=op.f('fk_quota_acceptance_quota_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quota_acceptance')),
    sa.UniqueConstraint('quota_id', name=op.f('uq_quota_acceptance_quota_id'))
    )
    op.create_table('credit_split',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('opportunity_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('share', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('direct', 'overlay')", name=op.f('ck_credit_split_kind')),
    sa.CheckConstraint('share BETWEEN 1 AND 10000', name=op.f('ck_credit_split_share')),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_credit_split_opportunity_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_credit_split_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credit_split')),
    sa.UniqueConstraint('opportunity_id', 'person_id', 'kind', name=op.f('uq_credit_split_opportunity_id_person_id_kind'))
    )
    with op.batch_alter_table('credit_split', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credit_split_person_id'), ['person_id'], unique=False)

    op.create_table('payment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('opportunity_id', sa.Integer(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('length(currency) = 3', name=op.f('ck_payment_currency')),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_payment_opportunity_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
    sa.UniqueConstraint('external_id', name=op.f('uq_payment_external_id'))
    )
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_opportunity_id'), ['opportunity_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payment_paid_on'), ['paid_on'], unique=False)

    op.create_table('report_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('outbox_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('skill', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_report_use_outbox_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_report_use_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_use'))
    )
    with op.batch_alter_table('report_use', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_use_outbox_id'), ['outbox_id'], unique=False)

    op.create_table('risk_snooze',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('opportunity_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_risk_snooze_opportunity_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_risk_snooze_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_snooze'))
    )
    with op.batch_alter_table('risk_snooze', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_risk_snooze_opportunity_id'), ['opportunity_id'], unique=False)
    make_tables_of_the_playbook()
    make_tables_of_learning()


def make_tables_of_the_playbook() -> None:
    op.create_table('question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('band', sa.String(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('section', sa.String(), nullable=False),
    sa.Column('confidence', sa.Integer(), nullable=False),
    sa.Column('helpful', sa.Boolean(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("band IN ('sure', 'unsure', 'unknown')", name=op.f('ck_question_band')),
    sa.CheckConstraint("reason IN ('', 'wrong', 'outdated', 'unclear', 'missing')", name=op.f('ck_question_reason')),
    sa.CheckConstraint('confidence BETWEEN 0 AND 100', name=op.f('ck_question_confidence')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_question_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    sa.UniqueConstraint('key', name=op.f('uq_question_key'))
    )
    op.create_index('ix_question_asked_at', 'question', ['asked_at'], unique=False)
    op.create_index('ix_question_file', 'question', ['file'], unique=False)
    op.create_table('card_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('holds', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_card_check_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_check'))
    )
    op.create_index('ix_card_check_file', 'card_check', ['file', 'day'], unique=False)
    op.create_table('enquiry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('asker_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('posted', sa.Boolean(), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['asker_id'], ['person.id'], name=op.f('fk_enquiry_asker_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_enquiry_person_id')),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_enquiry_answered_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enquiry'))
    )
    op.create_table('playbook_card',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('upload', sa.String(), nullable=False),
    sa.Column('card', sa.String(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('enquiry_id', sa.Integer(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(content = '') <> (upload = '')", name=op.f('ck_playbook_card_one_source')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_playbook_card_owner_id')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_playbook_card_author_id')),
    sa.ForeignKeyConstraint(['enquiry_id'], ['enquiry.id'], name=op.f('fk_playbook_card_enquiry_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_playbook_card')),
    sa.UniqueConstraint('file', name=op.f('uq_playbook_card_file'))
    )


def make_tables_of_learning() -> None:
    op.create_table('quiz_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('chosen', sa.String(), nullable=False),
    sa.Column('correct', sa.Boolean(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_quiz_answer_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quiz_answer')),
    sa.UniqueConstraint('person_id', 'question', 'day', name=op.f('uq_quiz_answer_person_id_question_day'))
    )
    op.create_table('step_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('marked_on', sa.Date(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_step_mark_author_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_step_mark_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step_mark')),
    sa.UniqueConstraint('person_id', 'started_on', 'step', name=op.f('uq_step_mark_person_id_started_on_step'))
    )


def rebuild_quota() -> None:
    op.execute("CREATE TABLE quota_before AS SELECT * FROM quota")
    op.drop_table('quota')
    op.create_table('quota',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('metric', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('ramp_percent', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("metric IN ('booked', 'margin', 'collected', 'pipeline_created', 'units', 'new_accounts', 'activities')", name=op.f('ck_quota_metric')),
    sa.CheckConstraint("level IN ('target', 'stretch', 'challenge')", name=op.f('ck_quota_level')),
    sa.CheckConstraint("(person_id IS NOT NULL AND team_id IS NULL AND region = '') OR (person_id IS NULL AND team_id IS NOT NULL AND region = '') OR (person_id IS NULL AND team_id IS NULL)", name=op.f('ck_quota_one_holder')),
    sa.CheckConstraint('amount_minor >= 0', name=op.f('ck_quota_amount')),
    sa.CheckConstraint('ramp_percent BETWEEN 0 AND 100', name=op.f('ck_quota_ramp_percent')),
    sa.CheckConstraint('currency IS NULL OR length(currency) = 3', name=op.f('ck_quota_currency')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_quota_person_id')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_quota_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quota')),
    sa.UniqueConstraint('person_id', 'metric', 'level', 'month', 'version', name=op.f('uq_quota_person_id_metric_level_month_version')),
    sa.UniqueConstraint('team_id', 'metric', 'level', 'month', 'version', name=op.f('uq_quota_team_id_metric_level_month_version'))
    )
    op.create_index('uq_quota_region', 'quota', ['region', 'metric', 'level', 'month', 'version'], unique=True, sqlite_where=OF_REGION, postgresql_where=OF_REGION)
    op.create_index('uq_quota_company', 'quota', ['metric', 'level', 'month', 'version'], unique=True, sqlite_where=OF_COMPANY, postgresql_where=OF_COMPANY)
    op.create_index('ix_quota_month', 'quota', ['metric', 'month'], unique=False)
    op.execute(
        "INSERT INTO quota (id, person_id, team_id, region, metric, level, month, amount_minor, currency, ramp_percent, version, reason, recorded_at)"
        " SELECT id, person_id, team_id, '', metric, 'target', month, amount_minor, currency, 100, version, reason, recorded_at FROM quota_before"
    )
    op.execute("DROP TABLE quota_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('quota', 'id'), (SELECT max(id) FROM quota))")


def downgrade() -> None:
    raise NotImplementedError("what only the new columns hold would be lost; restore a backup instead")
