-- A password that somebody else gave: its person changes it before they do anything else. Those of before stay as they are.
alter table person add column password_given boolean not null default false;
