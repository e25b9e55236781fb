"""A fact follows its partner when two records of it are merged; nothing else of it ever changes."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION partners_fact_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('prm.merging', true) = 'on'
     AND to_jsonb(NEW) - '{partner_id,enrollment_id}'::text[] = to_jsonb(OLD) - '{partner_id,enrollment_id}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'facts are only ever added to; a correction is a further row' USING ERRCODE = 'restrict_violation';
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION partners_fact_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'facts are only ever added to; a correction is a further row' USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0010_partner_merges")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
