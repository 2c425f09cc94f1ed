-- Where a source is and what it is, beside its state: the status of a whole city is asked for with every look at the
-- map, and counts 25,000 states without joining them to anything. The foreign key keeps the two the same.

alter table source add constraint source_place unique (id, area, kind, approved);

alter table source_state add column area text, add column kind text, add column approved boolean;
update source_state st set area = s.area, kind = s.kind, approved = s.approved from source s where s.id = st.source;
-- Every source has a state; one that was added by hand may have none.
insert into source_state (source, state, reason, since, known_since, area, kind, approved)
select s.id, 'unknown', 'not heard of yet', now(), now(), s.area, s.kind, s.approved from source s
on conflict do nothing;
alter table source_state alter column area set not null, alter column kind set not null,
    alter column approved set not null;

alter table source_state drop constraint source_state_source_fkey;
alter table source_state add constraint source_state_place foreign key (source, area, kind, approved)
    references source (id, area, kind, approved) on update cascade on delete cascade;

-- The time it was last seen changes every minute: room in each page keeps those changes out of the indexes.
alter table source_state set (fillfactor = 60);
