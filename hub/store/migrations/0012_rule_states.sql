-- How rules are, where not all is well with them: the engine writes it, people read it and confirm.

-- More alerts of a rule are on than it may have at once. held: those of them that nobody was told of; unseen: those that
-- ended before anybody was; area: the closest that holds them all, null where there is none.
create table rule_hold (
    rule         text primary key,
    since        timestamptz not null,
    most         int not null,
    active       int not null,
    held         int not null,
    unseen       int not null default 0,
    area         text,
    confirmed_at timestamptz,
    confirmed_by text,
    reason       text,
    check ((confirmed_at is null) = (confirmed_by is null) and (confirmed_at is null) = (reason is null))
);

-- Rules that were set aside, as they failed or were too slow.
create table rule_fault (
    rule   text primary key,
    at     timestamptz not null,
    reason text not null
);
