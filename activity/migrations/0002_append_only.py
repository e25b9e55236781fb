"""Events are only ever added to: the database itself refuses to change or delete them.

An event follows its partner when two records of it are merged; nothing else of it ever changes.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION activity_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('prm.merging', true) = 'on'
     AND to_jsonb(NEW) - '{partner_id,enrollment_id}'::text[] = to_jsonb(OLD) - '{partner_id,enrollment_id}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'events are only ever added to' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER activity_event_append_only BEFORE UPDATE OR DELETE ON activity_event
  FOR EACH ROW EXECUTE FUNCTION activity_event_is_append_only();
"""
BACKWARD = """
DROP TRIGGER activity_event_append_only ON activity_event;
DROP FUNCTION activity_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
