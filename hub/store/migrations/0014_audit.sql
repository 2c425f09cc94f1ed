-- Who did what, on what, from where, when, with what result. Chained as the journal is.
create table audit (
    id        bigint primary key,
    at        timestamptz not null,
    actor     text not null,
    action    text not null,
    subject   text not null,
    source_ip text not null,
    result    text not null check (result in ('done', 'refused', 'failed')),
    detail    jsonb not null,
    hash      bytea not null
);
create index audit_at on audit (at);
create index audit_actor on audit (actor, id);
create index audit_subject on audit (subject, id);

-- Where the chain ends, so that rows that were taken off its end are missed. One row; whoever appends holds it.
create table audit_end (
    last_id   bigint not null,
    last_hash bytea not null
);
insert into audit_end (last_id, last_hash) values (0, '');

create or replace function journal_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the % is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function journal_is_append_only();

create function audit_hash(previous bytea, id bigint, at timestamptz, actor text, action text, subject text,
                           source_ip text, result text, detail jsonb) returns bytea language sql immutable as $$
    select sha256(previous || convert_to(
        jsonb_build_array(id, extract(epoch from at), actor, action, subject, source_ip, result, detail)::text, 'UTF8'))
$$;

create function audit_append(at timestamptz, actor text, action text, subject text, source_ip text, result text,
                             detail jsonb) returns bigint language plpgsql as $$
declare
    new_id   bigint;
    new_hash bytea;
begin
    select e.last_id + 1, audit_hash(e.last_hash, e.last_id + 1, audit_append.at, audit_append.actor,
                                     audit_append.action, audit_append.subject, audit_append.source_ip,
                                     audit_append.result, audit_append.detail)
    into strict new_id, new_hash from audit_end e for update;
    insert into audit (id, at, actor, action, subject, source_ip, result, detail, hash)
    values (new_id, at, actor, action, subject, source_ip, result, detail, new_hash);
    update audit_end set last_id = new_id, last_hash = new_hash;
    return new_id;
end $$;
