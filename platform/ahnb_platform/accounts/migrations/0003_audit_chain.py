"""Bind the record of acts into a chain, and let nobody change it (`docs/audit.md`).

Both steps of binding happen when a transaction commits. The second takes a lock that only others
who commit events want, and takes it when every other check of the transaction is done: so it
waits for nothing while it holds it, however early the event was recorded.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A value as `length:value`, NULL as `-`; then SHA-256 of all.
HASHING = """
CREATE FUNCTION ahnb_audit_sha256(VARIADIC parts text[]) RETURNS bytea
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT sha256(convert_to(string_agg(
        coalesce(octet_length(convert_to(part, 'UTF8')) || ':' || part, '-'), '' ORDER BY place
    ), 'UTF8'))
    FROM unnest(parts) WITH ORDINALITY AS listed(part, place)
$$;

CREATE FUNCTION ahnb_audit_digests(event accounts_auditevent, salts uuid[]) RETURNS bytea[]
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT ARRAY[
        ahnb_audit_sha256(salts[1]::text, event.actor_label),
        ahnb_audit_sha256(salts[2]::text, event.target_label),
        ahnb_audit_sha256(salts[3]::text, event.data::text),
        ahnb_audit_sha256(salts[4]::text, host(event.ip))
    ]
$$;

CREATE FUNCTION ahnb_audit_hash(event accounts_auditevent, digests bytea[], previous bytea)
RETURNS bytea LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT ahnb_audit_sha256(
        encode(previous, 'hex'),
        event.id::text,
        (extract(epoch FROM event.at) * 1000000)::bigint::text,
        event.actor_id::text,
        event.token_prefix,
        event.action,
        event.team_id::text,
        event.target_type,
        event.target_id,
        event.request_id,
        encode(digests[1], 'hex'),
        encode(digests[2], 'hex'),
        encode(digests[3], 'hex'),
        encode(digests[4], 'hex')
    )
$$;
"""

BINDING = """
CREATE FUNCTION ahnb_audit_seal() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    salts uuid[] := ARRAY[
        gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid()
    ];
BEGIN
    INSERT INTO accounts_auditseal (event_id, salts, digests)
    VALUES (NEW.id, salts, ahnb_audit_digests(NEW, salts));
    RETURN NULL;
END
$$;

CREATE FUNCTION ahnb_audit_chain() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    event accounts_auditevent;
    last_seq bigint;
    last_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('accounts_auditseal'));
    SELECT seq, hash INTO last_seq, last_hash
    FROM accounts_auditseal WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1;
    last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
    SELECT * INTO STRICT event FROM accounts_auditevent WHERE id = NEW.event_id;
    UPDATE accounts_auditseal
    SET seq = coalesce(last_seq, 0) + 1,
        previous = last_hash,
        hash = ahnb_audit_hash(event, NEW.digests, last_hash)
    WHERE event_id = NEW.event_id;
    RETURN NULL;
END
$$;
"""

# What was recorded before there was a chain comes first, in the order of its ids.
FORMER_EVENTS = """
LOCK TABLE accounts_auditevent IN SHARE ROW EXCLUSIVE MODE;
DO $$
DECLARE
    event accounts_auditevent;
    seq bigint := 0;
    before bytea := decode(repeat('00', 32), 'hex');
    bound bytea;
    salts uuid[];
    digests bytea[];
BEGIN
    FOR event IN SELECT * FROM accounts_auditevent ORDER BY id LOOP
        seq := seq + 1;
        salts := ARRAY[
            gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid()
        ];
        digests := ahnb_audit_digests(event, salts);
        bound := ahnb_audit_hash(event, digests, before);
        INSERT INTO accounts_auditseal (event_id, seq, previous, hash, salts, digests)
        VALUES (event.id, seq, before, bound, salts, digests);
        before := bound;
    END LOOP;
END
$$;
"""

GUARDING = """
CREATE FUNCTION ahnb_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The record of acts is only ever added to.' USING ERRCODE = '42501';
END
$$;

-- Words about people may go, in a transaction that says so, once their salts are gone.
CREATE FUNCTION ahnb_audit_guard_event() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    words text[] := ARRAY['actor_label', 'target_label', 'data', 'ip'];
    old_row jsonb := to_jsonb(OLD);
    new_row jsonb := to_jsonb(NEW);
    salts uuid[];
BEGIN
    SELECT seal.salts INTO salts FROM accounts_auditseal seal WHERE seal.event_id = OLD.id;
    FOR place IN 1..4 LOOP
        IF salts[place] IS NULL THEN
            old_row := old_row - words[place];
            new_row := new_row - words[place];
        END IF;
    END LOOP;
    IF coalesce(current_setting('ahnb.erasing', true), '') <> 'on' OR old_row <> new_row
        OR salts IS NULL
    THEN
        RAISE EXCEPTION 'The record of acts is only ever added to.' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION ahnb_audit_guard_seal() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.hash IS NULL AND (NEW.event_id, NEW.salts, NEW.digests)
        IS NOT DISTINCT FROM (OLD.event_id, OLD.salts, OLD.digests)
    THEN
        RETURN NEW;
    END IF;
    IF coalesce(current_setting('ahnb.erasing', true), '') = 'on'
        AND to_jsonb(NEW) - 'salts' = to_jsonb(OLD) - 'salts'
        AND array_length(NEW.salts, 1) = 4
        AND NOT EXISTS (
            SELECT FROM unnest(NEW.salts, OLD.salts) AS salt(new, old)
            WHERE salt.new IS NOT NULL AND salt.new IS DISTINCT FROM salt.old
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The record of acts is only ever added to.' USING ERRCODE = '42501';
END
$$;

CREATE CONSTRAINT TRIGGER ahnb_audit_seal AFTER INSERT ON accounts_auditevent
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ahnb_audit_seal();
CREATE CONSTRAINT TRIGGER ahnb_audit_chain AFTER INSERT ON accounts_auditseal
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ahnb_audit_chain();
CREATE TRIGGER ahnb_audit_kept BEFORE UPDATE ON accounts_auditevent
FOR EACH ROW EXECUTE FUNCTION ahnb_audit_guard_event();
CREATE TRIGGER ahnb_audit_kept BEFORE UPDATE ON accounts_auditseal
FOR EACH ROW EXECUTE FUNCTION ahnb_audit_guard_seal();
CREATE TRIGGER ahnb_audit_stays BEFORE DELETE ON accounts_auditevent
FOR EACH ROW EXECUTE FUNCTION ahnb_audit_refuse();
CREATE TRIGGER ahnb_audit_stays BEFORE DELETE ON accounts_auditseal
FOR EACH ROW EXECUTE FUNCTION ahnb_audit_refuse();
CREATE TRIGGER ahnb_audit_whole BEFORE TRUNCATE ON accounts_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION ahnb_audit_refuse();
CREATE TRIGGER ahnb_audit_whole BEFORE TRUNCATE ON accounts_auditseal
FOR EACH STATEMENT EXECUTE FUNCTION ahnb_audit_refuse();
"""

UNDONE = """
DROP FUNCTION ahnb_audit_seal, ahnb_audit_chain, ahnb_audit_refuse, ahnb_audit_guard_event,
    ahnb_audit_guard_seal CASCADE;
DROP FUNCTION ahnb_audit_hash, ahnb_audit_digests, ahnb_audit_sha256;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('event', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='seal', serialize=False, to='accounts.auditevent')),
                ('seq', models.BigIntegerField(null=True, unique=True)),
                ('previous', models.BinaryField(max_length=32, null=True)),
                ('hash', models.BinaryField(max_length=32, null=True)),
                ('salts', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(null=True), size=4)),
                ('digests', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(max_length=32), size=4)),
            ],
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='actor',
            field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='team',
            field=models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.team'),
        ),
        migrations.RunSQL(HASHING + BINDING + FORMER_EVENTS + GUARDING, UNDONE),
    ]
