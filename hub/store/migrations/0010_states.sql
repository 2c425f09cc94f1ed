-- All of an alarm's state (ISA-18.2), and what is out of service.

create table outage (
    id       bigint generated always as identity primary key,
    rule     text,
    source   text,
    area     text,
    owner    text not null,
    reason   text not null,
    began_at timestamptz not null,
    until    timestamptz not null,
    ended_at timestamptz,
    ended_by text,
    check (coalesce(rule, source, area) is not null),
    check (until > began_at)
);
create index outage_open on outage (until) where ended_at is null;

-- An alert is out of service where all that an outage names is so: its rule, its area or one above, all its sources.
create function outage_covers(o outage, rule text, area text, sources text[]) returns boolean language sql immutable as $$
    select (o.rule is null or o.rule = rule)
       and (o.area is null or o.area = area or starts_with(area, o.area || '/'))
       and (o.source is null or (sources <@ array[o.source] and sources <> '{}'))
$$;

alter table alert
    add column stage          text,
    add column latch          boolean not null default false,
    add column damped         text check (damped in ('chattering', 'fleeting')),
    add column suppressed_by  text,
    add column out_of_service bigint references outage (id),
    add column re_alarm_s     double precision,
    add column re_alarm_at    timestamptz,
    add column announced_at   timestamptz,
    add column repeats        integer not null default 0,
    add column superseded_by  bigint,
    add column detail         jsonb;

-- What was over before this was known asks nobody for anything.
update alert set announced_at = detected_at,
    stage = case when state = 'resolved' then 'normal' when shelved_until is not null then 'shelved'
                 when state = 'acknowledged' then 'acknowledged' else 'unacknowledged' end;

alter table alert alter column stage set not null,
    add check (stage in ('normal', 'unacknowledged', 'acknowledged', 'returned', 'latched', 'latched_acknowledged',
                         'shelved', 'suppressed', 'out_of_service'));

create index alert_stage on alert (stage) where stage <> 'normal';
-- What waits after its condition has returned: at most a line of it in the queue, replaced by the next.
create index alert_waiting on alert (rule, fingerprint) where state = 'resolved' and stage <> 'normal';
create index alert_re_alarm on alert (re_alarm_at) where re_alarm_at is not null;
create index alert_damped on alert (started_at) where damped is not null and state <> 'resolved';
create index alert_announced on alert (announced_at);
create index alert_detected on alert (detected_at);
drop index alert_shelved;
