-- Somebody who has not yet changed the password that they were given.
-- include 0017_device_accounts
insert into person (name, password_hash, disabled, external, password_given) values
    ('wang', 'a hash', false, false, false), ('li', 'another', false, false, true), ('zhao', null, true, true, false);
