"""Sales lines, readings and answers are only ever added to; but which account a customer is may be found later."""

from django.db import migrations

TABLES = ("accounts_salesline", "accounts_usagereading", "accounts_satisfactionanswer")
FORWARD = "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} FOR EACH ROW
  WHEN ((to_jsonb(OLD) - 'account_id') IS DISTINCT FROM (to_jsonb(NEW) - 'account_id'))
  EXECUTE FUNCTION partners_fact_is_append_only();
CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION partners_fact_is_append_only();
"""
    for table in TABLES
)
BACKWARD = "".join(
    f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_never_deleted ON {table};" for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("partners", "0002_facts")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
