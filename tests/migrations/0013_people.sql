-- People with several grants, a session, a token, second factors, and attempts that failed.
-- include 0012_rule_states
insert into person (name, password_hash, disabled, external) values
    ('wang', 'a hash', false, false), ('li', 'another', false, false), ('zhao', null, true, true);
insert into person_grant (person, role, area) values
    ('wang', 'administrator', null), ('li', 'operator', 'qth/t'), ('zhao', 'viewer', null),
    ('zhao', 'reviewer', 'qth/t');
insert into identity (issuer, subject, person) values ('https://people.example', '7', 'zhao');
insert into session (token_hash, person, second_factor, created_at, rotated_at, seen_at, expires_at, address, agent)
values ('\x01', 'wang', true, '2026-03-01 08:00+00', '2026-03-01 08:00+00', '2026-03-01 08:00+00',
        '2026-03-01 20:00+00', '192.0.2.1', 'a browser');
insert into token (token_hash, person, name, rights, area, created_at, expires_at) values
    ('\x02', 'li', 'wall', '{see,live}', 'qth/t/g1', '2026-03-01 08:00+00', '2026-09-01 08:00+00');
insert into sign_in_failure (key, failures, failed_at) values ('\x03', 4, '2026-03-01 08:00+00');
insert into known_browser (browser_hash, person, expires_at) values ('\x04', 'wang', '2026-09-01 08:00+00');
insert into totp (person, secret, confirmed_at, last_step) values ('wang', '\x05', '2026-03-01 08:00+00', 59000000);
insert into recovery_code (person, code_hash) values ('wang', '\x06');
insert into passkey (id, person, public_key, sign_count, name, created_at) values
    ('\x07', 'wang', '\x08', 1, 'phone', '2026-03-01 08:00+00');
insert into sign_in_flow (id_hash, kind, person, body, expires_at) values
    ('\x09', 'passkey', null, '{"challenge": "AA"}', '2026-03-01 08:05+00');
