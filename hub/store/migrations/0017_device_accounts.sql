-- Who may connect to the embedded broker: a device with a password of its own, encrypted, and what it may use besides
-- its own topics. It goes with its device.
create table device_account (
    device     text primary key references source (id) on delete cascade,
    password   bytea not null,
    topics     text[] not null default '{}',
    changed_at timestamptz not null
);
