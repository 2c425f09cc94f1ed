-- What people may do and where, their sessions, tokens and second factors, and attempts to sign in that failed.

-- A person is something, at and below an area; null: in the whole city. One may be several things.
create table person_grant (
    person text not null references person (name) on delete cascade,
    role   text not null check (role in ('viewer', 'operator', 'reviewer', 'integrator', 'dispatcher',
                                         'administrator')),
    area   text references area (path)
);
create unique index person_grant_once on person_grant (person, role, coalesce(area, ''));
insert into person_grant (person, role, area) select name, role, area from person;

-- external: signs in by the OpenID Connect provider, and has no password here.
alter table person drop column role, drop column area;
alter table person alter column password_hash drop not null;
alter table person add column external boolean not null default false;

-- Who somebody is to a provider: never by a name alone, which may change hands there.
create table identity (
    issuer  text not null,
    subject text not null,
    person  text not null unique references person (name) on delete cascade,
    primary key (issuer, subject)
);

-- Of a token only the SHA-256 is kept. The one before holds until the new one was used, and a moment longer: an answer
-- may get lost, and requests overtake each other.
drop table session;
create table session (
    id            bigint generated always as identity primary key,
    token_hash    bytea not null unique,
    previous_hash bytea,
    person        text not null references person (name) on delete cascade,
    second_factor boolean not null,
    created_at    timestamptz not null,
    rotated_at    timestamptz not null,
    confirmed_at  timestamptz,
    seen_at       timestamptz not null,
    expires_at    timestamptz not null,
    address       text not null,
    agent         text not null
);
create index session_previous on session (previous_hash) where previous_hash is not null;
create index session_person on session (person);
create index session_expires on session (expires_at);

-- For programs: never more than the person may whose it is, and only what it is for. area null: wherever they may.
create table token (
    id         bigint generated always as identity primary key,
    token_hash bytea not null unique,
    person     text not null references person (name) on delete cascade,
    name       text not null,
    rights     text[] not null,
    area       text references area (path),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index token_person on token (person);

-- Failed attempts by a name from an address, by a name, from an address, and from a browser that is known: hashed, as
-- people type their passwords where their names belong.
create table sign_in_failure (
    key       bytea primary key,
    failures  integer not null,
    failed_at timestamptz not null
);
create index sign_in_failure_at on sign_in_failure (failed_at);

-- Browsers from which somebody has signed in: attempts from elsewhere do not make them wait.
create table known_browser (
    browser_hash bytea not null,
    person       text not null references person (name) on delete cascade,
    expires_at   timestamptz not null,
    primary key (browser_hash, person)
);

-- One-time passwords (RFC 6238). The secret is encrypted; last_step: no password is taken twice.
create table totp (
    person       text primary key references person (name) on delete cascade,
    secret       bytea not null,
    confirmed_at timestamptz,
    last_step    bigint not null default 0
);
create table recovery_code (
    person    text not null references person (name) on delete cascade,
    code_hash bytea not null,
    primary key (person, code_hash)
);
create table passkey (
    id         bytea primary key,
    person     text not null references person (name) on delete cascade,
    public_key bytea not null,
    sign_count bigint not null,
    name       text not null,
    created_at timestamptz not null,
    used_at    timestamptz
);
create index passkey_person on passkey (person);

-- A signing-in that takes more than one step: what was asked, until the answer comes.
create table sign_in_flow (
    id_hash    bytea primary key,
    kind       text not null,
    person     text references person (name) on delete cascade,
    body       jsonb not null,
    expires_at timestamptz not null
);

-- Whoever holds streams open hears that somebody may do less or more than before.
create function notify_people() returns trigger language plpgsql as $$
begin
    perform pg_notify('gridhub_people', '');
    return null;
end $$;
create trigger person_changed after update on person for each statement execute function notify_people();
create trigger grant_changed after insert or update or delete on person_grant
    for each statement execute function notify_people();
create trigger session_ended after delete on session for each statement execute function notify_people();
create trigger token_ended after update of expires_at or delete on token
    for each statement execute function notify_people();
