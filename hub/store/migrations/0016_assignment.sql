-- Who works on an alert: one person at a time, or nobody.

alter table alert
    add column assigned_to text,
    add column assigned_at timestamptz,
    add check ((assigned_to is null) = (assigned_at is null));
