-- name: rule_holds
select * from rule_hold order by rule

-- name: rule_hold_put
insert into rule_hold (rule, since, most, active, held, unseen, area)
values (%(rule)s, %(now)s, %(most)s, %(active)s, %(held)s, %(unseen)s, %(area)s)
on conflict (rule) do update
set most = excluded.most, active = excluded.active, held = excluded.held,
    unseen = rule_hold.unseen + excluded.unseen, area = excluded.area
returning *

-- name: rule_hold_confirm
update rule_hold set confirmed_at = %(now)s, confirmed_by = %(actor)s, reason = %(reason)s
where rule = %(rule)s and confirmed_at is null
returning *

-- name: rule_hold_end
delete from rule_hold where rule = %(rule)s
returning since, most, active, held, unseen + %(unseen)s as unseen, area, rule, confirmed_at, confirmed_by, reason

-- name: rule_faults
select * from rule_fault order by rule

-- name: rule_fault_put
insert into rule_fault (rule, at, reason) values (%(rule)s, %(now)s, %(reason)s)
on conflict (rule) do nothing
returning rule

-- name: rule_fault_end
delete from rule_fault where rule <> all(%(rules)s) returning rule
