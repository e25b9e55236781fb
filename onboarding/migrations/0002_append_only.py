"""Signatures are only ever added to, and what was put to be signed never changes: the database itself refuses.

A signature follows its partner when two records of it are merged; nothing else of it ever changes. A paper that was made
stays what it was.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION onboarding_signature_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('prm.merging', true) = 'on'
     AND to_jsonb(NEW) - '{partner_id,enrollment_id}'::text[] = to_jsonb(OLD) - '{partner_id,enrollment_id}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'signatures are only ever added to' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER onboarding_signature_append_only BEFORE UPDATE OR DELETE ON onboarding_signature
  FOR EACH ROW EXECUTE FUNCTION onboarding_signature_is_append_only();
CREATE FUNCTION onboarding_agreement_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ROW(NEW.key, NEW.reference, NEW.template_id, NEW.version_id, NEW.title, NEW.text, NEW."values", NEW.document_hash)
     IS DISTINCT FROM
     ROW(OLD.key, OLD.reference, OLD.template_id, OLD.version_id, OLD.title, OLD.text, OLD."values", OLD.document_hash)
     OR OLD.document <> '' AND NEW.document <> OLD.document
     OR OLD.sealed <> '' AND (NEW.sealed <> OLD.sealed OR NEW.sealed_hash <> OLD.sealed_hash) THEN
    RAISE EXCEPTION 'what was put to be signed never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER onboarding_agreement_fixed BEFORE UPDATE ON onboarding_agreement
  FOR EACH ROW EXECUTE FUNCTION onboarding_agreement_is_fixed();
"""
BACKWARD = """
DROP TRIGGER onboarding_agreement_fixed ON onboarding_agreement;
DROP FUNCTION onboarding_agreement_is_fixed();
DROP TRIGGER onboarding_signature_append_only ON onboarding_signature;
DROP FUNCTION onboarding_signature_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
