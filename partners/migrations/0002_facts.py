"""What facts of every app rest on: the rate that holds on a day, and rows that the database only ever adds to.

The rate is one SELECT, so that PostgreSQL puts it into the query that asks. A fact follows its partner when two records
of it are merged; nothing else of it ever changes.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION partners_rate(of_vendor bigint, from_currency text, on_day date)
RETURNS TABLE (rate numeric, rated_on date) LANGUAGE sql STABLE AS $$
  SELECT 1::numeric, on_day FROM partners_vendor v WHERE v.id = of_vendor AND v.currency = from_currency
  UNION ALL
  (SELECT r.rate, r.day FROM partners_exchangerate r
   WHERE r.vendor_id = of_vendor AND r.currency = from_currency AND r.day <= on_day
     AND NOT EXISTS (SELECT FROM partners_vendor v WHERE v.id = of_vendor AND v.currency = from_currency)
   ORDER BY r.day DESC LIMIT 1)
$$;
CREATE FUNCTION partners_fact_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('prm.merging', true) = 'on'
     AND to_jsonb(NEW) - '{partner_id,enrollment_id}'::text[] = to_jsonb(OLD) - '{partner_id,enrollment_id}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'facts are only ever added to; a correction is a further row' USING ERRCODE = 'restrict_violation';
END $$;
"""
BACKWARD = """
DROP FUNCTION partners_fact_is_append_only();
DROP FUNCTION partners_rate(bigint, text, date);
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
