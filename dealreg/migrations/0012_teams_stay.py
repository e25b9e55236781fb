"""What a deal team says never changes: a proposal is answered, taken back or agreed once, and a member leaves once."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION dealreg_team_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'proposed'
     AND to_jsonb(NEW) - '{state,closed_at}'::text[] = to_jsonb(OLD) - '{state,closed_at}'::text[] THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND current_setting('prm.merging', true) = 'on'
     AND to_jsonb(NEW) - '{partner_id,enrollment_id}'::text[] = to_jsonb(OLD) - '{partner_id,enrollment_id}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a deal team stays as it was: propose another version' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION dealreg_share_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  answered text[] := '{answer,answered_by_id,answered_at,answer_text}';
  gone text[] := '{left_at,left_text}';
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.answer = 'waiting' AND to_jsonb(NEW) - answered = to_jsonb(OLD) - answered THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.left_at IS NULL AND to_jsonb(NEW) - gone = to_jsonb(OLD) - gone THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND current_setting('prm.merging', true) = 'on'
     AND to_jsonb(NEW) - '{partner_id,enrollment_id}'::text[] = to_jsonb(OLD) - '{partner_id,enrollment_id}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a share stays as it was: propose another version' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION dealreg_shares_are_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(percent) FROM dealreg_teamshare WHERE team_id = NEW.team_id) <> 100 THEN
    RAISE EXCEPTION 'the shares of a deal team are 100 percent in all' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER dealreg_teamversion_stays BEFORE UPDATE OR DELETE ON dealreg_teamversion
  FOR EACH ROW EXECUTE FUNCTION dealreg_team_stays();
CREATE TRIGGER dealreg_teamshare_stays BEFORE UPDATE OR DELETE ON dealreg_teamshare
  FOR EACH ROW EXECUTE FUNCTION dealreg_share_stays();
CREATE CONSTRAINT TRIGGER dealreg_teamshare_whole AFTER INSERT ON dealreg_teamshare DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION dealreg_shares_are_whole();
"""
BACKWARD = """
DROP TRIGGER dealreg_teamshare_whole ON dealreg_teamshare;
DROP TRIGGER dealreg_teamshare_stays ON dealreg_teamshare;
DROP TRIGGER dealreg_teamversion_stays ON dealreg_teamversion;
DROP FUNCTION dealreg_shares_are_whole();
DROP FUNCTION dealreg_share_stays();
DROP FUNCTION dealreg_team_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("dealreg", "0011_teams")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
