// Written by `npm run types` from the hub’s own description. Not for editing: types.ts names what is used.

export interface paths {
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who Am I
         * @description Answered also to whoever has to change a given password, or add a second factor, before anything else.
         */
        get: operations["who_am_i"];
        put?: never;
        /**
         * Begin Session
         * @description The token is also set as a cookie. 401 `bad_credentials`, and `second_factor_needed` where `code` is to be sent,
         *     too; 429 with `Retry-After` after repeated failures.
         */
        post: operations["begin_session"];
        /**
         * End Session
         * @description Sign out. A token of a program is removed under `/tokens`.
         */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/ways": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Ways
         * @description For whoever has no session yet.
         */
        get: operations["list_ways"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Passkeys
         * @description On one page.
         */
        get: operations["list_passkeys"];
        put?: never;
        /**
         * Add Passkey
         * @description It counts as a second factor, also of this session. 422 where it is not what was asked for.
         */
        post: operations["add_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Offer Passkey
         * @description 409 `no_origin` where the configuration does not say how browsers name the hub.
         */
        post: operations["offer_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove Passkey
         * @description It opens nothing any more.
         */
        delete: operations["remove_passkey"];
        options?: never;
        head?: never;
        /**
         * Rename Passkey
         * @description A name is for its person alone: by which device it is told from the others.
         */
        patch: operations["rename_passkey"];
        trace?: never;
    };
    "/api/v1/session/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask For Passkey
         * @description Whoever signs in need not say who they are: the passkey does.
         */
        post: operations["ask_for_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin Session By Passkey
         * @description As `POST /session`. 401 `bad_passkey`.
         */
        post: operations["begin_session_by_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/external": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sign In Elsewhere
         * @description Sends the browser to the provider. 409 `no_provider` where none is configured.
         */
        get: operations["sign_in_elsewhere"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/external/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Come Back
         * @description From the provider. 401 `not_let_in`: the provider refused, or nobody here is who it says.
         */
        get: operations["come_back"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Me
         * @description Who asks, what they may do where, and how they have signed in.
         */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Roles
         * @description What each role may do: the same for everybody.
         */
        get: operations["list_roles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change Password
         * @description Ends every other session. 401 `bad_credentials` where the current one is wrong.
         */
        put: operations["change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Offer Totp
         * @description A secret for an authenticator. Nothing changes until a first password of it was shown at `/me/totp/confirm`.
         */
        post: operations["offer_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm Totp
         * @description From now on one-time passwords are asked for, and this session has shown one. 401 `bad_code`.
         */
        post: operations["confirm_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp/codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew Recovery Codes
         * @description In place of those before. 409 `no_totp` where none are asked for.
         */
        post: operations["renew_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove Totp
         * @description Ask for no one-time passwords any more. It needs a session that has shown one.
         */
        post: operations["remove_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List People
         * @description In the order of their names, on one page.
         */
        get: operations["list_people"];
        put?: never;
        /**
         * Add Person
         * @description The password is to be changed before anything else. 409 `conflict` where the name is taken, 403
         *     `not_yours_to_give` for more than one has oneself.
         */
        post: operations["add_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Person */
        get: operations["get_person"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change Person
         * @description Streams that are open follow at once. 409 `last_administrator` for the last one of the whole city.
         */
        patch: operations["change_person"];
        trace?: never;
    };
    "/api/v1/people/{name}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set Password
         * @description To be changed by its person first. Ends every session of theirs. 409 `external` for who signs in elsewhere, 403
         *     `not_allowed` for a token of the same person.
         */
        put: operations["set_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{name}/second-factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove Second Factors
         * @description Of who has lost them: one-time passwords, recovery codes and passkeys. Ends every session of the person.
         */
        delete: operations["remove_second_factors"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Sessions
         * @description Those that are open, the one that was used last first. On one page.
         */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        /**
         * End Sessions
         * @description One's own all but the one that asks; of somebody else, all.
         */
        delete: operations["end_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End One Session
         * @description Sign out there. What it has open ends with it.
         */
        delete: operations["end_one_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tokens
         * @description Also those that are over. On one page, the oldest first.
         */
        get: operations["list_tokens"];
        put?: never;
        /**
         * Make Token
         * @description For a program. It may never more than the person may whose it is, and ends when they are disabled. No token makes
         *     another one.
         */
        post: operations["make_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove Token
         * @description What it has open ends with it.
         */
        delete: operations["remove_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/{id}/availability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Camera Availability
         * @description Of [from, to), at most a year, from when the camera was added and until now.
         */
        get: operations["get_camera_availability"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/areas/{path}/availability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Area Availability
         * @description Of the cameras at and below the area that are there now, over [from, to), at most a year and until now.
         */
        get: operations["get_area_availability"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/areas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Areas
         * @description In the order of their paths.
         */
        get: operations["list_areas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/areas.geojson": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Geojson */
        get: operations["get_geojson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/areas/{path}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Area Status
         * @description Open alerts that are not shelved, and who watches: of the area, and of every grid in it.
         */
        get: operations["get_area_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/areas/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Area */
        get: operations["get_area"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/probe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Probe Camera
         * @description Open a camera once, before it is added: what it sends, measured, or why it cannot be had. Takes up to 18 s.
         *
         *     403 `address_not_allowed` where no camera may be at its address. Without a picture where a camera of the same host
         *     has privacy masks, for who has not the right `unmasked` there.
         */
        post: operations["probe_camera"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/discover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Discover Cameras
         * @description Cameras that answer by ONVIF (WS-Discovery), with their streams. Takes up to 60 s.
         */
        post: operations["discover_cameras"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import Cameras
         * @description A list in CSV (UTF-8, at most 1 MiB, 20,000 lines): `id,url,area` and optional columns. All of it or nothing.
         *
         *     What is there already and the same is passed over, so that a list can be sent again.
         */
        post: operations["import_cameras"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Cameras
         * @description In the order of their ids.
         */
        get: operations["list_cameras"];
        put?: never;
        /**
         * Add Camera
         * @description 409 `conflict` where the id is taken.
         */
        post: operations["add_camera"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Camera */
        get: operations["get_camera"];
        put?: never;
        post?: never;
        /**
         * Remove Camera
         * @description 403 for one with privacy masks, by who has not the right `unmasked` there: what it recorded would lose them.
         */
        delete: operations["remove_camera"];
        options?: never;
        head?: never;
        /**
         * Change Camera
         * @description 403 where a privacy mask is taken away or changed by who has not the right `unmasked` there; 409
         *     `changed_meanwhile` where the zones are not as they were read.
         */
        patch: operations["change_camera"];
        trace?: never;
    };
    "/api/v1/cameras/{id}/snapshot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Camera Snapshot
         * @description The newest picture, taken at `X-Frame-Time`. 503 with the camera's state as code where there is none.
         */
        get: operations["get_camera_snapshot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/{id}/recordings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Recordings
         * @description The segments and the gaps that touch [from, to], at most 31 days.
         */
        get: operations["get_recordings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/{id}/clip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Clip
         * @description [from, to] as one MP4, at most 30 minutes, 5 with masks burnt in; it may begin a keyframe earlier.
         *
         *     404 `nothing_recorded`.
         */
        get: operations["get_clip"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/unknown": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Unknown Devices
         * @description In the order of their ids, with the last messages of each. At most 1,000 wait; the least heard of go first.
         */
        get: operations["list_unknown_devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/unknown/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Unknown Device */
        get: operations["get_unknown_device"];
        put?: never;
        post?: never;
        /**
         * Dismiss Unknown Device
         * @description Forget it until it speaks again; one that was blocked is heard again.
         */
        delete: operations["dismiss_unknown_device"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/unknown/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve Unknown Device
         * @description Add it. What is kept of it in the quarantine is read again.
         */
        post: operations["approve_unknown_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/unknown/{id}/block": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Block Unknown Device
         * @description Hear nothing of it any more: its messages are counted, and not kept.
         */
        post: operations["block_unknown_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import Devices
         * @description A list in CSV (UTF-8, at most 1 MiB, 20,000 lines): `id,area,type`, where wanted `name,period`. All or nothing.
         *
         *     What is there already and the same is passed over, so that a list can be sent again; one that is there and differs
         *     is a problem. 409 `conflict` where somebody else has just taken one of the ids.
         */
        post: operations["import_devices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Devices
         * @description In the order of their ids.
         */
        get: operations["list_devices"];
        put?: never;
        /**
         * Add Device
         * @description 409 `conflict` where the id is taken.
         */
        post: operations["add_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Device Types
         * @description Those that are built in and those of the configuration: what they measure, and what of it is plausible.
         */
        get: operations["list_device_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Device */
        get: operations["get_device"];
        put?: never;
        post?: never;
        /** Remove Device */
        delete: operations["remove_device"];
        options?: never;
        head?: never;
        /** Change Device */
        patch: operations["change_device"];
        trace?: never;
    };
    "/api/v1/devices/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve Device
         * @description From now on what the device says is taken in. One that is approved already stays so.
         */
        post: operations["approve_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make Device Account
         * @description A new password; the one before is of no use any more. 409 `foreign_broker` where the broker is not the hub's, 503
         *     `broker_away` before it ran for the first time.
         */
        post: operations["make_device_account"];
        /**
         * Revoke Device Account
         * @description Its session is cut within seconds.
         */
        delete: operations["revoke_device_account"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Refused
         * @description The newest first. Of the oldest only so many are kept as there is room for: 10,000, and 64 MiB.
         */
        get: operations["list_refused"];
        put?: never;
        post?: never;
        /**
         * Remove All Refused
         * @description All that match.
         */
        delete: operations["remove_all_refused"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine/causes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count Refused
         * @description How many are kept of each cause, the most frequent first.
         */
        get: operations["count_refused"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Refused */
        get: operations["get_refused"];
        put?: never;
        post?: never;
        /** Remove Refused */
        delete: operations["remove_refused"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay Refused
         * @description Have it read again, as if it came now at the time it came. 409 `truncated` where it is not kept as a whole.
         *
         *     It is gone from here when it was taken in; refused again, it stays with the new reason.
         */
        post: operations["replay_refused"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quarantine/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay All Refused
         * @description The same for all that match and are kept as a whole.
         */
        post: operations["replay_all_refused"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Commands
         * @description The newest first, and ``offers``: what the device can be told.
         */
        get: operations["list_commands"];
        put?: never;
        /**
         * Give Command
         * @description Answers at once; what comes of it is told by ``GET /commands/{id}`` and the event stream.
         *
         *     200 where the same was asked for before with the same ``Idempotency-Key``. 404 `no_such_command`, 409
         *     `confirm_needed` and `not_approved`, 422 `bad_param` and `key_reused`, 429 `too_many_open`.
         */
        post: operations["give_command"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commands/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Command */
        get: operations["get_command"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Series
         * @description [from, to), oldest first, as JSON or, where asked for by Accept, as a stream of Arrow.
         *
         *     Points as they came: at most 10,000, `next` says where to go on. Buckets: at most 10,000, whole, on the clock and
         *     the calendar of `tz`; those that minutes, hours or days (UTC) make up are added up from what the hub keeps of these.
         */
        get: operations["get_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Alerts
         * @description Newest first. ``from`` and ``to``: those that were active in [from, to).
         */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Alert */
        get: operations["get_alert"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/ack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge
         * @description 409 `already_acknowledged` where somebody else was quicker; `alert` is then how it stands.
         */
        post: operations["acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/shelve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Shelve
         * @description Put off until a time within the next seven days.
         */
        post: operations["shelve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/unshelve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unshelve
         * @description Bring back before its time what was shelved.
         */
        post: operations["unshelve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset
         * @description Let go of a latched alert whose condition has ended; the note says what was found.
         */
        post: operations["reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Clear
         * @description End an alert by hand; the note says why.
         */
        post: operations["clear"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/comment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Comment */
        post: operations["comment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/snapshot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alert Snapshot
         * @description The picture that a piece of evidence names in its ``attrs.snapshot``.
         */
        get: operations["get_alert_snapshot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Assign Alert
         * @description Of several who take the same at once one succeeds; the others get 409 `already_assigned`, and who has it.
         */
        post: operations["assign_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Able
         * @description Whoever may act on this alert, in the order of their names: it can be handed to them.
         */
        get: operations["list_able"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/outages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Outages
         * @description The newest first.
         */
        get: operations["list_outages"];
        put?: never;
        /**
         * Begin Outage
         * @description Take out of service what all of `rule`, `source` and `area` describe, for at most 90 days. Its alerts are kept
         *     and counted, and call for nobody; those that are still on when it ends do then.
         */
        post: operations["begin_outage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/outages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End Outage
         * @description Put it back into service before its time. 409 `not_open` where it was over.
         */
        delete: operations["end_outage"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Load
         * @description Of [from, to), at most a year and until now.
         */
        get: operations["get_load"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alert-groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Alert Groups
         * @description Everything that is open, by rule, by what mutes it, and by an area so far up that there are few groups. There may
         *     be more than `room` where there are more rules and causes. The worst first, muted ones after all others.
         */
        get: operations["list_alert_groups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/silences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Silences
         * @description The one that ends last first; of an area all that can mute anything there.
         */
        get: operations["list_silences"];
        put?: never;
        /**
         * Make Silence
         * @description Mute every alert that all of the matchers meet, for at most 30 days: those that are on, and those to come.
         *
         *     They are kept, counted and journalled, and shown when it ends and they are still on. Of an alert that names several
         *     sources each must be met. Left out, `begins_at` is now, and `area` all that you may see.
         */
        post: operations["make_silence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/silences/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End Silence
         * @description End it before its time: what it mutes and is still on is shown. 409 `not_open` where it was over.
         */
        delete: operations["end_silence"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Incidents
         * @description Open ones first, then newest first.
         */
        get: operations["list_incidents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Incident
         * @description With its alerts, newest first.
         */
        get: operations["get_incident"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Incident Log
         * @description Everything that happened to it, oldest first, on one page.
         */
        get: operations["get_incident_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Rules
         * @description All of them, on one page.
         */
        get: operations["list_rules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Rule Files
         * @description The rule files as they are written now, with all that is wrong in them. On one page.
         */
        get: operations["list_rule_files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check Rules
         * @description A file with mistakes is answered with them, and 200.
         */
        post: operations["check_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/held": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Held Rules
         * @description The rules that have more alerts at once than their ``max_sources``, on one page. Of a rule whose alerts reach
         *     beyond what a person may see they see that it is so.
         */
        get: operations["list_held_rules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/{name}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release Rule
         * @description Have the held alerts of a rule told, and all that come until there are no longer too many; the note says why.
         *
         *     409 `not_held`, `already_confirmed`; 403 `outside_your_area` where alerts of it lie beyond what you may see.
         */
        post: operations["release_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/backtest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Backtest Rules
         * @description What these rules would have done to the alerts. To cancel it, close the connection. 409 `busy` while another one
         *     runs; 422 with all that is wrong with the rules.
         */
        post: operations["backtest_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Activity
         * @description The stretches in which cameras saw something, newest first, at most 31 days. `next` is another `to`: what came
         *     before it was not looked at yet.
         */
        get: operations["list_activity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activity/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Activity Metrics
         * @description What cameras there can see: what ``metric`` may be asked for.
         */
        get: operations["list_activity_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/around": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Around
         * @description What else happened near a place about a moment.
         *
         *     A source is taken to be anywhere in its area, so a neighbour counts where its outline comes as near as that to the
         *     middle of the place; an area without an outline has no neighbours.
         */
        get: operations["get_around"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bookmarks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Bookmarks
         * @description The latest moment first. ``from`` and ``to``: those that touch [from, to).
         */
        get: operations["list_bookmarks"];
        put?: never;
        /**
         * Make Bookmark
         * @description Mark a moment, or a span of at most a day.
         */
        post: operations["make_bookmark"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bookmarks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove Bookmark
         * @description The journal keeps what it was. It is its owner's, or an administrator's, to remove.
         */
        delete: operations["remove_bookmark"];
        options?: never;
        head?: never;
        /**
         * Change Bookmark
         * @description Another note. It is its owner's, or an administrator's, to change.
         */
        patch: operations["change_bookmark"];
        trace?: never;
    };
    "/api/v1/walls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Walls
         * @description One's own, in the order of their names, on one page.
         */
        get: operations["list_walls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/walls/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Save Wall
         * @description Save a layout or a tour under a name, or something else under the same. 409 `too_many` beyond 100.
         */
        put: operations["save_wall"];
        post?: never;
        /** Remove Wall */
        delete: operations["remove_wall"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Audit
         * @description Newest first. It belongs to the whole city: 403 for who has the right in a part of it only.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/chain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check Audit
         * @description All of it is computed anew: 429 `checking` while somebody else asks for the same.
         */
        get: operations["check_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream
         * @description Events: hello, alert, source, incident, observation, system, reset; see `docs/design/http-shapes.md`.
         */
        get: operations["stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Status
         * @description Store, broker, and each process: state, detail, since when, last beat.
         */
        get: operations["get_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get System
         * @description For those who run the hub as a whole. What is counted are the server's own estimates: asking costs little.
         */
        get: operations["get_system"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Able
         * @description Somebody who may act on an alert.
         */
        Able: {
            /** Name */
            name: string;
            role: components["schemas"]["Role"];
        };
        /**
         * Alert
         * @description ``state`` is of the condition and its acknowledgement; ``stage`` says all, by ISA-18.2: all but ``normal`` are
         *     open. ``detail``: what the rule found beside the evidence, as a probability.
         */
        Alert: {
            /** Id */
            id: number;
            /** Rule */
            rule: string;
            severity: components["schemas"]["Severity"];
            state: components["schemas"]["AlertState"];
            /** Area */
            area: string;
            /** Area Name */
            area_name: string;
            /** Sources */
            sources: string[];
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * Detected At
             * Format: date-time
             */
            detected_at: string;
            /** Resolved At */
            resolved_at: string | null;
            /** Acked At */
            acked_at: string | null;
            /** Acked By */
            acked_by: string | null;
            /** Shelved Until */
            shelved_until: string | null;
            /** Summary */
            summary: string;
            /** Incident */
            incident: number | null;
            /** Evidence */
            evidence: components["schemas"]["Evidence"][];
            stage: components["schemas"]["Stage"];
            /** Latch */
            latch: boolean;
            damped: components["schemas"]["Damping"] | null;
            /** Suppressed By */
            suppressed_by: string | null;
            /** Out Of Service */
            out_of_service: number | null;
            /** Re Alarm At */
            re_alarm_at: string | null;
            /** Announced At */
            announced_at: string | null;
            /** Repeats */
            repeats: number;
            /** Superseded By */
            superseded_by: number | null;
            /** Assigned To */
            assigned_to: string | null;
            /** Assigned At */
            assigned_at: string | null;
            /** Detail */
            detail: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * AlertChange
         * @description What happened to an alert: the named reason of each row in its log.
         * @enum {string}
         */
        AlertChange: "fired" | "updated" | "acknowledged" | "shelved" | "unshelved" | "commented" | "cleared" | "resolved" | "raised" | "lowered" | "reset" | "re_alarmed" | "superseded" | "suppressed" | "surfaced" | "taken_out" | "put_back" | "assigned";
        /** AlertCounts */
        AlertCounts: {
            /**
             * Critical
             * @default 0
             */
            critical: number;
            /**
             * Major
             * @default 0
             */
            major: number;
            /**
             * Minor
             * @default 0
             */
            minor: number;
            /**
             * Warning
             * @default 0
             */
            warning: number;
        };
        /** AlertDetail */
        AlertDetail: {
            /** Id */
            id: number;
            /** Rule */
            rule: string;
            severity: components["schemas"]["Severity"];
            state: components["schemas"]["AlertState"];
            /** Area */
            area: string;
            /** Area Name */
            area_name: string;
            /** Sources */
            sources: string[];
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * Detected At
             * Format: date-time
             */
            detected_at: string;
            /** Resolved At */
            resolved_at: string | null;
            /** Acked At */
            acked_at: string | null;
            /** Acked By */
            acked_by: string | null;
            /** Shelved Until */
            shelved_until: string | null;
            /** Summary */
            summary: string;
            /** Incident */
            incident: number | null;
            /** Evidence */
            evidence: components["schemas"]["Evidence"][];
            stage: components["schemas"]["Stage"];
            /** Latch */
            latch: boolean;
            damped: components["schemas"]["Damping"] | null;
            /** Suppressed By */
            suppressed_by: string | null;
            /** Out Of Service */
            out_of_service: number | null;
            /** Re Alarm At */
            re_alarm_at: string | null;
            /** Announced At */
            announced_at: string | null;
            /** Repeats */
            repeats: number;
            /** Superseded By */
            superseded_by: number | null;
            /** Assigned To */
            assigned_to: string | null;
            /** Assigned At */
            assigned_at: string | null;
            /** Detail */
            detail: {
                [key: string]: unknown;
            } | null;
            /** Log */
            log: components["schemas"]["LogEntry"][];
            /** Procedure */
            procedure: string | null;
        };
        /**
         * AlertGroup
         * @description ``severity`` is the worst. ``cause``: what mutes them, as `topology:sw-3`, `inhibition:flood`, `silence:7`; null
         *     where they are shown. ``area`` holds them all, ``areas`` is in how many they are.
         */
        AlertGroup: {
            /** Id */
            id: string;
            /** Rule */
            rule: string;
            /** Area */
            area: string;
            /** Area Name */
            area_name: string;
            /** Cause */
            cause: string | null;
            severity: components["schemas"]["Severity"];
            /** Severities */
            severities: {
                [key: string]: number;
            };
            /** Alerts */
            alerts: number;
            /** Unacknowledged */
            unacknowledged: number;
            /** Active */
            active: number;
            /** Areas */
            areas: number;
            /**
             * First At
             * Format: date-time
             */
            first_at: string;
            /**
             * Last At
             * Format: date-time
             */
            last_at: string;
        };
        /**
         * AlertGroups
         * @description ``alerts`` are all that are open, ``muted`` those of them that something mutes. ``down``: what is down now
         *     and something there hangs on, whatever it mutes.
         */
        AlertGroups: {
            /** Alerts */
            alerts: number;
            /** Muted */
            muted: number;
            /** Down */
            down: components["schemas"]["Down"][];
            /** Groups */
            groups: components["schemas"]["AlertGroup"][];
        };
        /**
         * AlertState
         * @enum {string}
         */
        AlertState: "firing" | "acknowledged" | "resolved";
        /** Analyse */
        Analyse: {
            /** Motion */
            motion: boolean;
            /** Tamper */
            tamper: boolean;
            /**
             * Shortest
             * @default 2s500ms
             */
            shortest: string;
            detect: components["schemas"]["Detect"] | null;
        };
        /** AnalyseSettings */
        AnalyseSettings: {
            /**
             * Motion
             * @default true
             */
            motion: boolean;
            /**
             * Tamper
             * @default true
             */
            tamper: boolean;
            /**
             * Shortest
             * Format: duration
             * @default PT2.5S
             */
            shortest: string;
            detect?: components["schemas"]["DetectSettings"] | null;
        };
        /**
         * Announced
         * @description What an unknown device, or who speaks for it, says of it. ``metrics``: units by metric.
         */
        Announced: {
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Type
             * @default
             */
            type: string;
            /**
             * Model
             * @default
             */
            model: string;
            /**
             * Metrics
             * @default {}
             */
            metrics: {
                [key: string]: string;
            };
        };
        /**
         * Approval
         * @description Where the device is and what it is. ``name`` left out: the one it announced, or its id.
         */
        Approval: {
            /** Area */
            area: string;
            /** Type */
            type: string;
            /** Name */
            name?: string | null;
            /** Period */
            period?: string | null;
        };
        /** Area */
        Area: {
            /** Path */
            path: string;
            /** Parent */
            parent: string | null;
            /** Name */
            name: string;
            /** Kind */
            kind: string;
        };
        /**
         * AreaAvailability
         * @description ``watched``: the mean over the cameras of the area and below that were there; ``worst``: of the least watched.
         *     Null where there was none. ``blind_s`` and ``unrecorded_s`` are sums. ``cameras``: the least watched first.
         */
        AreaAvailability: {
            /** Path */
            path: string;
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
            /** Watched */
            watched: number | null;
            /** Worst */
            worst: number | null;
            blind_s: components["schemas"]["Seconds"];
            unrecorded_s: components["schemas"]["Seconds"];
            /** Cameras */
            cameras: components["schemas"]["CameraAvailability"][];
        };
        /** AreaDetail */
        AreaDetail: {
            /** Path */
            path: string;
            /** Parent */
            parent: string | null;
            /** Name */
            name: string;
            /** Kind */
            kind: string;
            /** Children */
            children: string[];
        };
        /** AreaStatus */
        AreaStatus: {
            /** Path */
            path: string;
            /** Name */
            name: string;
            worst: components["schemas"]["Severity"] | null;
            alerts: components["schemas"]["AlertCounts"];
            /** Unacknowledged */
            unacknowledged: number;
            /** Sources */
            sources: number;
            /** Watching */
            watching: number;
            /** Watched */
            watched: number;
            /** Cameras */
            cameras: number;
            /** Cameras Watching */
            cameras_watching: number;
            /** Grids */
            grids: components["schemas"]["GridStatus"][];
        };
        /**
         * AreaTile
         * @description The camera of whatever alarms there; otherwise one that sees the area.
         */
        AreaTile: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "area";
            /** Path */
            path: string;
        };
        /**
         * Around
         * @description What is near a place, the nearest first, and what happened there in [``from``, ``to``), the newest first.
         *
         *     ``whole``: false where more was seen by cameras than is answered.
         */
        Around: {
            /** Area */
            area: string;
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
            /** Sources */
            sources: components["schemas"]["Nearby"][];
            /** Alerts */
            alerts: components["schemas"]["Alert"][];
            /** Activity */
            activity: components["schemas"]["Stretch"][];
            /** Whole */
            whole: boolean;
        };
        /**
         * Assignment
         * @description ``to``: a name, or null for nobody. ``held_by``: who has it as far as whoever asks knows; null for nobody.
         */
        Assignment: {
            /** To */
            to: string | null;
            /** Held By */
            held_by?: string | null;
            /**
             * Note
             * @default
             */
            note: string;
        };
        /**
         * AuditChain
         * @description Whether each entry follows from the one before, up to the last that was written, and is as it was exported.
         *     ``faults``: what does not hold, a sentence each; none where the log is whole.
         */
        AuditChain: {
            /** Entries */
            entries: number;
            /** Whole */
            whole: boolean;
            /** Faults */
            faults: string[];
            /**
             * Checked At
             * Format: date-time
             */
            checked_at: string;
        };
        /**
         * AuditEntry
         * @description ``actor`` is empty for what came without a session; ``hash`` (SHA-256, hexadecimal) covers the one before.
         */
        AuditEntry: {
            /** Id */
            id: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Actor */
            actor: string;
            /** Action */
            action: string;
            /** Subject */
            subject: string;
            /** Source Ip */
            source_ip: string;
            result: components["schemas"]["Result"];
            /** Detail */
            detail: {
                [key: string]: unknown;
            };
            /** Hash */
            hash: string;
        };
        /**
         * Availability
         * @description ``to`` is never later than now.
         */
        Availability: {
            /** Camera */
            camera: string;
            /** Wall S */
            wall_s: number;
            /** Watched S */
            watched_s: number;
            /** Watched */
            watched: number | null;
            blind_s: components["schemas"]["Seconds"];
            unrecorded_s: components["schemas"]["Seconds"];
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
        };
        /**
         * Backtest
         * @description ``text`` is a rule file; ``file``: the name that it will have, so that it is held against what it replaces.
         */
        Backtest: {
            /** Text */
            text: string;
            /**
             * File
             * @default rules.yaml
             */
            file: string;
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
            /** Area */
            area?: string | null;
        };
        /** Bookmark */
        Bookmark: {
            /** Id */
            id: number;
            /** Area */
            area: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Until */
            until: string | null;
            /** Sources */
            sources: string[];
            /** Incident */
            incident: number | null;
            /** Note */
            note: string;
            /** Owner */
            owner: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /** BookmarkChange */
        BookmarkChange: {
            /** Note */
            note: string;
        };
        /** Camera */
        Camera: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Area */
            area: string;
            /**
             * Enabled
             * @default true
             */
            enabled: boolean;
            /** Url */
            url: string;
            /** Substream Url */
            substream_url: string | null;
            /**
             * Transport
             * @default tcp
             * @enum {string}
             */
            transport: "tcp" | "udp";
            /**
             * Tls
             * @default verified
             * @enum {string}
             */
            tls: "verified" | "unverified";
            record: components["schemas"]["Record"];
            analyse: components["schemas"]["Analyse"];
            /** Zones */
            zones: components["schemas"]["Zone"][];
            /**
             * Lines
             * @default []
             */
            lines: components["schemas"]["Line"][];
            /**
             * Origin
             * @enum {string}
             */
            origin: "config" | "api";
            state: components["schemas"]["SourceState"];
            /** Reason */
            reason: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Seen At */
            seen_at: string | null;
            /** Detail */
            detail: {
                [key: string]: unknown;
            };
        };
        /**
         * CameraAvailability
         * @description ``wall_s`` = ``watched_s`` + the sum of ``blind_s``; ``watched`` is the fraction, null for a camera that was not
         *     there. ``unrecorded_s``: what of the watched time was not recorded though it should have been.
         */
        CameraAvailability: {
            /** Camera */
            camera: string;
            /** Wall S */
            wall_s: number;
            /** Watched S */
            watched_s: number;
            /** Watched */
            watched: number | null;
            blind_s: components["schemas"]["Seconds"];
            unrecorded_s: components["schemas"]["Seconds"];
        };
        /**
         * CameraChange
         * @description What is left out stays as it is. A new host of the camera needs its credentials again. ``zones_were``: as they
         *     were read, so that no zone of somebody else is written over.
         */
        CameraChange: {
            /** Url */
            url?: string | null;
            /** Area */
            area?: string | null;
            /** Name */
            name?: string | null;
            /** Enabled */
            enabled?: boolean | null;
            /** Substream Url */
            substream_url?: string | null;
            /** Transport */
            transport?: ("tcp" | "udp") | null;
            /** Tls */
            tls?: ("verified" | "unverified") | null;
            /** Username */
            username?: string | null;
            /** Password */
            password?: string | null;
            record?: components["schemas"]["RecordSettings"] | null;
            analyse?: components["schemas"]["AnalyseSettings"] | null;
            /** Zones */
            zones?: components["schemas"]["ZoneSettings"][] | null;
            /** Zones Were */
            zones_were?: components["schemas"]["ZoneSettings"][] | null;
            /** Lines */
            lines?: components["schemas"]["LineSettings"][] | null;
        };
        /**
         * CameraNew
         * @description As in the configuration; the password stands here instead of in a file. It is never answered.
         */
        CameraNew: {
            /** Id */
            id: string;
            /** Url */
            url: string;
            /** Area */
            area: string;
            /** Name */
            name?: string | null;
            /**
             * Enabled
             * @default true
             */
            enabled: boolean;
            /** Substream Url */
            substream_url?: string | null;
            /**
             * Transport
             * @default tcp
             * @enum {string}
             */
            transport: "tcp" | "udp";
            /**
             * Tls
             * @default verified
             * @enum {string}
             */
            tls: "verified" | "unverified";
            /** Username */
            username?: string | null;
            /** Password */
            password?: string | null;
            /**
             * @default {
             *       "mode": "off",
             *       "keep": "30d",
             *       "pre": "10s",
             *       "post": "20s"
             *     }
             */
            record: components["schemas"]["RecordSettings"];
            /**
             * @default {
             *       "motion": true,
             *       "tamper": true,
             *       "shortest": "2s500ms"
             *     }
             */
            analyse: components["schemas"]["AnalyseSettings"];
            /**
             * Zones
             * @default []
             */
            zones: components["schemas"]["ZoneSettings"][];
            /**
             * Lines
             * @default []
             */
            lines: components["schemas"]["LineSettings"][];
        };
        /** CameraTile */
        CameraTile: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "camera";
            /** Id */
            id: string;
        };
        /**
         * Chatterer
         * @description ``alarms``: how often it came after it had been found to chatter.
         */
        Chatterer: {
            /** Rule */
            rule: string;
            /** Fingerprint */
            fingerprint: string;
            /** Area */
            area: string;
            /** Alarms */
            alarms: number;
        };
        /**
         * Checked
         * @description All mistakes, at which the file would not be taken; where there are none, what is odd, and what each rule
         *     matches.
         */
        Checked: {
            /** Problems */
            problems: components["schemas"]["RuleProblem"][];
            /** Warnings */
            warnings: components["schemas"]["RuleProblem"][];
            /** Rules */
            rules: components["schemas"]["Matched"][];
        };
        /**
         * Codes
         * @description Recovery codes: each is taken once, in place of a one-time password. They are shown this once.
         */
        Codes: {
            /** Codes */
            codes: string[];
        };
        /**
         * Command
         * @description See ``docs/design/commands.md`` for the states.
         */
        Command: {
            /** Id */
            id: string;
            /** Device */
            device: string;
            /** Area */
            area: string;
            /** Name */
            name: string;
            /** Params */
            params: {
                [key: string]: unknown;
            };
            state: components["schemas"]["CommandState"];
            /** Reason */
            reason: string;
            /** Late */
            late: string;
            /** By */
            by: string;
            /** Answers */
            answers: boolean;
            /** Attempts */
            attempts: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Sent At */
            sent_at: string | null;
            /** Delivered At */
            delivered_at: string | null;
            /** Ended At */
            ended_at: string | null;
        };
        /**
         * CommandNew
         * @description ``timeout`` holds for sending and answering together. ``confirm``: for commands that ask for it.
         */
        CommandNew: {
            /** Name */
            name: string;
            /**
             * Params
             * @default {}
             */
            params: {
                [key: string]: boolean | number | string;
            };
            /** Timeout */
            timeout?: string | null;
            /**
             * Confirm
             * @default false
             */
            confirm: boolean;
        };
        /**
         * CommandState
         * @enum {string}
         */
        CommandState: "accepted" | "sent" | "delivered" | "ok" | "failed" | "timed_out" | "unsent";
        /** Commands */
        Commands: {
            /** Items */
            items: components["schemas"]["Command"][];
            /** Next */
            next: string | null;
            /** Offers */
            offers: components["schemas"]["Offer"][];
        };
        /**
         * Condition
         * @description How a device does, as its worker last wrote it, once a minute.
         *
         *     ``period_s``: how often it reports; null where that is not known. ``kept``: the share of its reports that came
         *     lately; ``missed``: how many did not, ``gaps``: how many ids are missing where it counts them; ``offset_s``: how far
         *     its clock is ahead; ``flags``: how many values were marked since it was added.
         */
        Condition: {
            /** Period S */
            period_s?: number | null;
            /** Kept */
            kept?: number | null;
            /** Missed */
            missed?: number | null;
            /** Gaps */
            gaps?: number | null;
            /** Battery */
            battery?: number | null;
            /** Offset S */
            offset_s?: number | null;
            /**
             * Flags
             * @default {}
             */
            flags: {
                [key: string]: number;
            };
            /** Flagged At */
            flagged_at?: string | null;
            /**
             * Problems
             * @default []
             */
            problems: ("silent" | "period" | "battery" | "clock" | "values")[];
        };
        /** Credentials */
        Credentials: {
            /** Username */
            username: string;
            /** Password */
            password: string;
            /** Code */
            code?: string | null;
        };
        /**
         * Damping
         * @description Why an alert does not call for an operator though it is shown.
         * @enum {string}
         */
        Damping: "chattering" | "fleeting";
        /**
         * Database
         * @description ``disk`` is null where it is not on this machine; ``growth_bytes`` a day, null while too little was measured.
         */
        Database: {
            /** Size Bytes */
            size_bytes: number;
            disk: components["schemas"]["DiskSpace"] | null;
            /** Growth Bytes */
            growth_bytes: number | null;
            /** Tables */
            tables: components["schemas"]["TableSize"][];
            /** Readers */
            readers: components["schemas"]["Lag"][];
        };
        /** Detect */
        Detect: {
            /** Model */
            model: string;
            /** Classes */
            classes: string[];
            /**
             * Confidence
             * @default 0.4
             */
            confidence: number;
        };
        /** DetectSettings */
        DetectSettings: {
            /** Model */
            model: string;
            /**
             * Classes
             * @default []
             */
            classes: string[];
            /**
             * Confidence
             * @default 0.4
             */
            confidence: number;
        };
        /** Device */
        Device: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Area */
            area: string;
            /** Type */
            type: string;
            /**
             * Origin
             * @enum {string}
             */
            origin: "config" | "api";
            /** Approved */
            approved: boolean;
            /** Period */
            period: string | null;
            state: components["schemas"]["SourceState"];
            /** Reason */
            reason: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Seen At */
            seen_at: string | null;
            condition: components["schemas"]["Condition"];
            /** Latest */
            latest: {
                [key: string]: components["schemas"]["Latest"];
            };
        };
        /**
         * DeviceAccount
         * @description How a device connects. ``password`` is told this once. ``topics``: what it may publish and subscribe to.
         */
        DeviceAccount: {
            /** Username */
            username: string;
            /** Password */
            password: string;
            /** Port */
            port: number;
            /** Tls */
            tls: boolean;
            /** Topics */
            topics: string[];
        };
        /**
         * DeviceChange
         * @description What is left out stays as it is.
         */
        DeviceChange: {
            /** Area */
            area?: string | null;
            /** Type */
            type?: string | null;
            /** Name */
            name?: string | null;
            /** Period */
            period?: string | null;
        };
        /**
         * DeviceNew
         * @description As in the configuration.
         */
        DeviceNew: {
            /** Id */
            id: string;
            /** Area */
            area: string;
            /** Type */
            type: string;
            /** Name */
            name?: string | null;
            /** Period */
            period?: string | null;
        };
        /**
         * DeviceType
         * @description What is known of the devices of a type.
         */
        DeviceType: {
            /** Type */
            type: string;
            name: components["schemas"]["Named"];
            /** Period */
            period: string | null;
            /** Battery Metric */
            battery_metric: string;
            /** Battery Low */
            battery_low: number;
            /** Metrics */
            metrics: {
                [key: string]: components["schemas"]["TypeMetric"];
            };
        };
        /**
         * Discovered
         * @description ``csv`` is a list for `POST /cameras/import`, without passwords, when its ids and areas have been completed.
         */
        Discovered: {
            /** Devices */
            devices: components["schemas"]["OnvifDevice"][];
            /** Csv */
            csv: string;
        };
        /**
         * DiskSpace
         * @description ``full_in_days``: as it grows now; null where that is out of sight, or not known yet.
         */
        DiskSpace: {
            /** Free Bytes */
            free_bytes: number;
            /** Total Bytes */
            total_bytes: number;
            /** Full In Days */
            full_in_days: number | null;
        };
        /**
         * Down
         * @description A thing of the topology that is down, and how that is known.
         */
        Down: {
            /** Name */
            name: string;
            /** Why */
            why: string;
        };
        /** Evidence */
        Evidence: {
            /** Source */
            source: string;
            /** Metric */
            metric: string;
            /**
             * Ts
             * Format: date-time
             */
            ts: string;
            /** Value */
            value: number | null;
            /** Text */
            text: string | null;
            /** Attrs */
            attrs: {
                [key: string]: unknown;
            } | null;
        };
        /** Feature */
        Feature: {
            /**
             * Type
             * @default Feature
             * @constant
             */
            type: "Feature";
            properties: components["schemas"]["FeatureProperties"];
            /** Geometry */
            geometry: {
                [key: string]: unknown;
            } | null;
        };
        /** FeatureCollection */
        FeatureCollection: {
            /**
             * Type
             * @default FeatureCollection
             * @constant
             */
            type: "FeatureCollection";
            /** Features */
            features: components["schemas"]["Feature"][];
        };
        /** FeatureProperties */
        FeatureProperties: {
            /** Path */
            path: string;
            /** Name */
            name: string;
            /** Kind */
            kind: string;
        };
        /**
         * Field
         * @description What of an alert a matcher looks at.
         * @enum {string}
         */
        Field: "rule" | "severity" | "area" | "source" | "type";
        /**
         * Figure
         * @description ``value`` up to ``acceptable`` is good, beyond ``limit`` poor.
         */
        Figure: {
            /** Name */
            name: string;
            /** Value */
            value: number;
            /** Acceptable */
            acceptable: number;
            /** Limit */
            limit: number;
            verdict: components["schemas"]["Verdict"];
            /** Source */
            source: string;
        };
        /**
         * Fill
         * @description What becomes of a bucket in which nothing good was said.
         * @enum {string}
         */
        Fill: "none" | "null" | "previous" | "linear";
        /** Flood */
        Flood: {
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
        };
        /**
         * Gap
         * @description An interval in which the camera was not watching, or (scope ``record``) watched and was not recorded though it
         *     should have been; ``to`` is null while it lasts.
         */
        Gap: {
            /**
             * From
             * Format: date-time
             */
            from: string;
            /** To */
            to: string | null;
            scope: components["schemas"]["GapScope"];
            cause: components["schemas"]["GapCause"];
            state: components["schemas"]["SourceState"];
            /** Reason */
            reason: string;
        };
        /**
         * GapCause
         * @description Who has to do something about a gap. Kept beside the state and the reason, which say what exactly was wrong.
         * @enum {string}
         */
        GapCause: "network" | "camera" | "tampered" | "worker" | "disk" | "clock" | "switched_off";
        /**
         * GapScope
         * @description What a gap is a gap of. The two never overlap: what is not watched is not said to be unrecorded besides.
         * @enum {string}
         */
        GapScope: "watch" | "record";
        /**
         * GrantShape
         * @description ``area`` null: the whole city.
         */
        GrantShape: {
            role: components["schemas"]["Role"];
            /** Area */
            area: string | null;
        };
        /** GridStatus */
        GridStatus: {
            /** Path */
            path: string;
            /** Name */
            name: string;
            worst: components["schemas"]["Severity"] | null;
            /** Alerts */
            alerts: number;
            /** Unacknowledged */
            unacknowledged: number;
            /** Sources */
            sources: number;
            /** Watching */
            watching: number;
            /** Cameras */
            cameras: number;
        };
        /**
         * Head
         * @description The beginning of a message. ``text`` is null where it is no UTF-8; then ``hex`` is it.
         */
        Head: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Topic */
            topic: string;
            /** Size Bytes */
            size_bytes: number;
            /** Text */
            text: string | null;
            /** Hex */
            hex: string | null;
        };
        /**
         * Hold
         * @description ``active`` alerts of a rule are on, more than its ``max_sources`` (``most``); ``held`` are those of them that
         *     nobody was told of, ``unseen`` those that ended before anybody was. ``area``: the closest that holds them all; null:
         *     there is none. ``confirmed_by`` had them told, because of ``reason``: all that come are, until there are no longer
         *     too many.
         */
        Hold: {
            /** Rule */
            rule: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Most */
            most: number;
            /** Active */
            active: number;
            /** Held */
            held: number;
            /** Unseen */
            unseen: number;
            /** Area */
            area: string | null;
            /** Confirmed At */
            confirmed_at: string | null;
            /** Confirmed By */
            confirmed_by: string | null;
            /** Reason */
            reason: string | null;
        };
        /**
         * How
         * @enum {string}
         */
        How: "exact" | "glob" | "regex";
        /**
         * ImportLine
         * @description What becomes of one line of a list.
         */
        ImportLine: {
            /** Line */
            line: number;
            /** Id */
            id: string;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "added" | "updated" | "unchanged" | "wrong";
            /** Problems */
            problems: components["schemas"]["ImportProblem"][];
        };
        /** ImportProblem */
        ImportProblem: {
            /** Key */
            key: string;
            /** Message */
            message: string;
        };
        /**
         * Imported
         * @description ``done`` is false where nothing was changed: for a dry run, or because a line is wrong.
         */
        Imported: {
            /** Done */
            done: boolean;
            /** Added */
            added: number;
            /** Updated */
            updated: number;
            /** Unchanged */
            unchanged: number;
            /** Wrong */
            wrong: number;
            /** Lines */
            lines: components["schemas"]["ImportLine"][];
        };
        /** Incident */
        Incident: {
            /** Id */
            id: number;
            /** Area */
            area: string;
            /** Area Name */
            area_name: string;
            /** Title */
            title: string;
            severity: components["schemas"]["Severity"];
            state: components["schemas"]["IncidentState"];
            /**
             * Opened At
             * Format: date-time
             */
            opened_at: string;
            /** Closed At */
            closed_at: string | null;
        };
        /** IncidentDetail */
        IncidentDetail: {
            /** Id */
            id: number;
            /** Area */
            area: string;
            /** Area Name */
            area_name: string;
            /** Title */
            title: string;
            severity: components["schemas"]["Severity"];
            state: components["schemas"]["IncidentState"];
            /**
             * Opened At
             * Format: date-time
             */
            opened_at: string;
            /** Closed At */
            closed_at: string | null;
            /** Alerts */
            alerts: components["schemas"]["Alert"][];
        };
        /**
         * IncidentLogEntry
         * @description ``alert`` is the one that caused the change, where one did.
         */
        IncidentLogEntry: {
            /** Id */
            id: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Actor */
            actor: string;
            /** Change */
            change: string;
            /** Alert */
            alert: number | null;
        };
        /**
         * IncidentState
         * @enum {string}
         */
        IncidentState: "open" | "closed";
        /** Lag */
        Lag: {
            /** Reader */
            reader: string;
            /** Writer */
            writer: string;
            /** Batches */
            batches: number;
            /** Behind S */
            behind_s: number;
        };
        /**
         * Latest
         * @description ``unit`` is a code of UCUM. A value with ``flags`` is not plausible.
         */
        Latest: {
            /** Value */
            value: number | null;
            /** Text */
            text: string | null;
            /**
             * Ts
             * Format: date-time
             */
            ts: string;
            /** Unit */
            unit: string;
            /** Flags */
            flags: ("out_of_range" | "frozen" | "jumping" | "misdated")[];
        };
        /**
         * Layout
         * @description ``tiles``: from left to right and from the top; null is an empty one.
         */
        Layout: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "layout";
            /** Tiles */
            tiles: ((components["schemas"]["CameraTile"] | components["schemas"]["AreaTile"]) | null)[];
        };
        /**
         * Level
         * @description What the store keeps of a series: what was said, and what that comes to in a minute, an hour, a day (UTC).
         * @enum {string}
         */
        Level: "raw" | "minute" | "hour" | "day";
        /**
         * Line
         * @description From the first point to the second, in fractions of the frame: left to right of it is ``forward``.
         */
        Line: {
            /** Name */
            name: string;
            /** Points */
            points: [
                [
                    number,
                    number
                ],
                [
                    number,
                    number
                ]
            ];
        };
        /**
         * LineSettings
         * @description From the first point to the second. Who passes from its left to its right goes ``forward``.
         */
        LineSettings: {
            /** Name */
            name: string;
            /** Points */
            points: [
                [
                    number,
                    number
                ],
                [
                    number,
                    number
                ]
            ];
        };
        /**
         * Load
         * @description ``alarms`` called for an operator; ``raised`` are all that began; ``suppressed``, ``out_of_service`` and
         *     ``chattering`` are those of them that called for nobody, at first at least. ``per_hour`` is that of one of
         *     ``positions`` desks; ``in_floods`` a fraction of the time (a flood: more than 10 in 10 minutes at a desk, until
         *     there are fewer than 5). ``acknowledged_s``: after so long half were acknowledged. ``areas``: at most 100.
         */
        Load: {
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
            /** Area */
            area: string | null;
            /** Positions */
            positions: number;
            /** Alarms */
            alarms: number;
            /** Raised */
            raised: number;
            /** Suppressed */
            suppressed: number;
            /** Out Of Service */
            out_of_service: number;
            /** Chattering */
            chattering: number;
            /** Fleeting */
            fleeting: number;
            /** Stale */
            stale: number;
            /** Acknowledged S */
            acknowledged_s: number | null;
            /** Per Hour */
            per_hour: number;
            /** Peak 10 Min */
            peak_10_min: number;
            /** In Floods */
            in_floods: number;
            /** Floods */
            floods: components["schemas"]["Flood"][];
            severities: components["schemas"]["AlertCounts"];
            /** Priorities */
            priorities: components["schemas"]["Priority"][];
            /** Priorities Source */
            priorities_source: string;
            /** Figures */
            figures: components["schemas"]["Figure"][];
            /** Worst Rules */
            worst_rules: components["schemas"]["Worst"][];
            /** Worst Sources */
            worst_sources: components["schemas"]["Worst"][];
            /** Chatterers */
            chatterers: components["schemas"]["Chatterer"][];
            /** Stale Alerts */
            stale_alerts: components["schemas"]["Stale"][];
            /** Areas */
            areas: components["schemas"]["Share"][];
            /** Shifts */
            shifts: components["schemas"]["Share"][];
        };
        /**
         * LogEntry
         * @description ``reason`` is that of the step, a word; ``note`` what was said with it.
         */
        LogEntry: {
            /** Id */
            id: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Actor */
            actor: string;
            change: components["schemas"]["AlertChange"];
            /** Note */
            note: string;
            /** Reason */
            reason: string;
        };
        /** Made */
        Made: {
            /** Flow */
            flow: string;
            /** Name */
            name: string;
            /** Credential */
            credential: {
                [key: string]: unknown;
            };
        };
        /**
         * MadeToken
         * @description ``token`` is shown this once: send it as ``Authorization: Bearer``.
         */
        MadeToken: {
            /** Id */
            id: number;
            /** Person */
            person: string;
            /** Name */
            name: string;
            /** Rights */
            rights: components["schemas"]["Right"][];
            /** Area */
            area: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Used At */
            used_at: string | null;
            /** Token */
            token: string;
        };
        /**
         * Matched
         * @description How many sources and areas a rule matches now, of those that the person may see; at most so much memory, and
         *     about so much of a core.
         */
        Matched: {
            /** Name */
            name: string;
            /** Sources */
            sources: number;
            /** Areas */
            areas: number;
            /** Memory Bytes */
            memory_bytes: number;
            /** Cpu Share */
            cpu_share: number;
        };
        /**
         * Me
         * @description ``session``: the number of this session, null for a token. ``totp``: one-time passwords are asked for.
         */
        Me: {
            /** Name */
            name: string;
            role: components["schemas"]["Role"] | null;
            /** Area */
            area: string | null;
            /** Grants */
            grants: components["schemas"]["GrantShape"][];
            /** Rights */
            rights: {
                [key: string]: string[];
            };
            /** Password Change Needed */
            password_change_needed: boolean;
            /** Second Factor Needed */
            second_factor_needed: boolean;
            /** Session */
            session: number | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Second Factor */
            second_factor: boolean;
            /** Has Password */
            has_password: boolean;
            /** Totp */
            totp: boolean;
            /** Recovery Codes */
            recovery_codes: number;
            /** Passkeys */
            passkeys: number;
        };
        /** Named */
        Named: {
            /** Zh */
            zh?: string | null;
            /** En */
            en?: string | null;
        };
        /**
         * Nearby
         * @description ``distance_m``: of the outline of its area from the middle of the place that was asked for.
         */
        Nearby: {
            /** Id */
            id: string;
            kind: components["schemas"]["SourceKind"];
            /** Type */
            type: string;
            /** Name */
            name: string;
            /** Area */
            area: string;
            /** Distance M */
            distance_m: number;
        };
        /**
         * NewBookmark
         * @description ``until``: the end of a span; left out: a moment. ``sources``: what it is to be seen on, all in ``area``.
         */
        NewBookmark: {
            /** Area */
            area: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Until */
            until?: string | null;
            /** Sources */
            sources?: string[];
            /** Incident */
            incident?: number | null;
            /** Note */
            note: string;
        };
        /**
         * NewGrant
         * @description ``area`` left out: the whole city.
         */
        NewGrant: {
            role: components["schemas"]["Role"];
            /** Area */
            area?: string | null;
        };
        /** NewOutage */
        NewOutage: {
            /** Rule */
            rule?: string | null;
            /** Source */
            source?: string | null;
            /** Area */
            area?: string | null;
            /** Reason */
            reason: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /** NewPassword */
        NewPassword: {
            /** Current */
            current: string;
            /** New */
            new: string;
        };
        /**
         * NewPerson
         * @description ``external``: signs in by the OpenID Connect provider, and has no password here.
         */
        NewPerson: {
            /** Name */
            name: string;
            /** Grants */
            grants: components["schemas"]["NewGrant"][];
            /** Password */
            password?: string | null;
            /**
             * External
             * @default false
             */
            external: boolean;
        };
        /** NewSilence */
        NewSilence: {
            /** Matchers */
            matchers: components["schemas"]["SilenceMatcher"][];
            /** Area */
            area?: string | null;
            /** Reason */
            reason: string;
            /** Begins At */
            begins_at?: string | null;
            /**
             * Ends At
             * Format: date-time
             */
            ends_at: string;
        };
        /**
         * NewToken
         * @description ``rights``: what it is for, `see` among them; ``expires_at``: a year from now at most.
         */
        NewToken: {
            /** Name */
            name: string;
            /** Rights */
            rights: components["schemas"]["Right"][];
            /** Area */
            area?: string | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
        };
        /**
         * Offer
         * @description A command that the device takes. ``answers``: it says what came of it.
         */
        Offer: {
            /** Name */
            name: string;
            /** Params */
            params: components["schemas"]["Param"][];
            /** Confirm */
            confirm: boolean;
            /** Timeout */
            timeout: string;
            /** Answers */
            answers: boolean;
        };
        /**
         * Offered
         * @description ``address``: what an authenticator reads, as a QR code; ``secret``: the same, to be typed.
         */
        Offered: {
            /** Secret */
            secret: string;
            /** Address */
            address: string;
        };
        /**
         * OnvifDevice
         * @description ``refused``: it answers, but not to this user. ``profiles``: the largest picture first.
         */
        OnvifDevice: {
            /** Host */
            host: string;
            /** Port */
            port: number;
            /** Maker */
            maker: string;
            /** Model */
            model: string;
            /** Profiles */
            profiles: components["schemas"]["Profile"][];
            /** Clock Offset S */
            clock_offset_s: number | null;
            /** Refused */
            refused: boolean;
        };
        /**
         * Outage
         * @description ``hides``: how many open alerts it hides now. ``ended_by`` is null where its time had come.
         */
        Outage: {
            /** Id */
            id: number;
            /** Rule */
            rule: string | null;
            /** Source */
            source: string | null;
            /** Area */
            area: string | null;
            /** Owner */
            owner: string;
            /** Reason */
            reason: string;
            /**
             * Began At
             * Format: date-time
             */
            began_at: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Ended At */
            ended_at: string | null;
            /** Ended By */
            ended_by: string | null;
            /** Hides */
            hides: number;
        };
        /** Page[Alert] */
        Page_Alert_: {
            /** Items */
            items: components["schemas"]["Alert"][];
            /** Next */
            next: string | null;
        };
        /** Page[Area] */
        Page_Area_: {
            /** Items */
            items: components["schemas"]["Area"][];
            /** Next */
            next: string | null;
        };
        /** Page[AuditEntry] */
        Page_AuditEntry_: {
            /** Items */
            items: components["schemas"]["AuditEntry"][];
            /** Next */
            next: string | null;
        };
        /** Page[Bookmark] */
        Page_Bookmark_: {
            /** Items */
            items: components["schemas"]["Bookmark"][];
            /** Next */
            next: string | null;
        };
        /** Page[Camera] */
        Page_Camera_: {
            /** Items */
            items: components["schemas"]["Camera"][];
            /** Next */
            next: string | null;
        };
        /** Page[Device] */
        Page_Device_: {
            /** Items */
            items: components["schemas"]["Device"][];
            /** Next */
            next: string | null;
        };
        /** Page[Hold] */
        Page_Hold_: {
            /** Items */
            items: components["schemas"]["Hold"][];
            /** Next */
            next: string | null;
        };
        /** Page[IncidentLogEntry] */
        Page_IncidentLogEntry_: {
            /** Items */
            items: components["schemas"]["IncidentLogEntry"][];
            /** Next */
            next: string | null;
        };
        /** Page[Incident] */
        Page_Incident_: {
            /** Items */
            items: components["schemas"]["Incident"][];
            /** Next */
            next: string | null;
        };
        /** Page[Outage] */
        Page_Outage_: {
            /** Items */
            items: components["schemas"]["Outage"][];
            /** Next */
            next: string | null;
        };
        /** Page[PasskeyShape] */
        Page_PasskeyShape_: {
            /** Items */
            items: components["schemas"]["PasskeyShape"][];
            /** Next */
            next: string | null;
        };
        /** Page[PersonShape] */
        Page_PersonShape_: {
            /** Items */
            items: components["schemas"]["PersonShape"][];
            /** Next */
            next: string | null;
        };
        /** Page[Refused] */
        Page_Refused_: {
            /** Items */
            items: components["schemas"]["Refused"][];
            /** Next */
            next: string | null;
        };
        /** Page[RuleFile] */
        Page_RuleFile_: {
            /** Items */
            items: components["schemas"]["RuleFile"][];
            /** Next */
            next: string | null;
        };
        /** Page[Rule] */
        Page_Rule_: {
            /** Items */
            items: components["schemas"]["Rule"][];
            /** Next */
            next: string | null;
        };
        /** Page[SessionShape] */
        Page_SessionShape_: {
            /** Items */
            items: components["schemas"]["SessionShape"][];
            /** Next */
            next: string | null;
        };
        /** Page[Silence] */
        Page_Silence_: {
            /** Items */
            items: components["schemas"]["Silence"][];
            /** Next */
            next: string | null;
        };
        /** Page[Stretch] */
        Page_Stretch_: {
            /** Items */
            items: components["schemas"]["Stretch"][];
            /** Next */
            next: string | null;
        };
        /** Page[TokenShape] */
        Page_TokenShape_: {
            /** Items */
            items: components["schemas"]["TokenShape"][];
            /** Next */
            next: string | null;
        };
        /** Page[UnknownDevice] */
        Page_UnknownDevice_: {
            /** Items */
            items: components["schemas"]["UnknownDevice"][];
            /** Next */
            next: string | null;
        };
        /** Page[Wall] */
        Page_Wall_: {
            /** Items */
            items: components["schemas"]["Wall"][];
            /** Next */
            next: string | null;
        };
        /** Page[str] */
        Page_str_: {
            /** Items */
            items: string[];
            /** Next */
            next: string | null;
        };
        /** Param */
        Param: {
            /** Name */
            name: string;
            /** Type */
            type: string;
            /** Min */
            min: number | null;
            /** Max */
            max: number | null;
            /** Choices */
            choices: string[];
            /** Default */
            default: boolean | number | string | null;
        };
        /** Part */
        Part: {
            /** Name */
            name: string;
            /**
             * State
             * @enum {string}
             */
            state: "ok" | "degraded" | "down";
            /** Detail */
            detail: string;
            /** Since */
            since: string | null;
            /** Beat At */
            beat_at: string | null;
        };
        /** PasskeyChange */
        PasskeyChange: {
            /** Name */
            name: string;
        };
        /** PasskeyShape */
        PasskeyShape: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Used At */
            used_at: string | null;
        };
        /** PasswordOfPerson */
        PasswordOfPerson: {
            /** Password */
            password: string;
        };
        /**
         * PersonChange
         * @description What is left out stays as it is. ``grants`` are all that the person may from now on.
         */
        PersonChange: {
            /** Grants */
            grants?: components["schemas"]["NewGrant"][] | null;
            /** Disabled */
            disabled?: boolean | null;
        };
        /**
         * PersonShape
         * @description ``password_given``: by somebody else; they have to change it first. ``seen_at``: when a session of theirs that is
         *     open was last used.
         */
        PersonShape: {
            /** Name */
            name: string;
            /** Grants */
            grants: components["schemas"]["GrantShape"][];
            /** Disabled */
            disabled: boolean;
            /** External */
            external: boolean;
            /** Has Password */
            has_password: boolean;
            /** Password Given */
            password_given: boolean;
            /** Totp */
            totp: boolean;
            /** Passkeys */
            passkeys: number;
            /** Seen At */
            seen_at: string | null;
        };
        /**
         * Priority
         * @description How much of all alarms is of a severity, and how much should be.
         */
        Priority: {
            severity: components["schemas"]["Severity"];
            /** Share */
            share: number;
            /** Aim */
            aim: number;
        };
        /**
         * Probe
         * @description What a camera sends, measured over ``seen_s`` seconds; null where nothing came. ``snapshot`` is a data: URL.
         *
         *     ``gop_s`` is null where only one keyframe was seen; ``clock_offset_s`` is how far the camera's clock is ahead.
         */
        Probe: {
            state: components["schemas"]["SourceState"];
            /** Reason */
            reason: string;
            /** Codec */
            codec?: string | null;
            /** Profile */
            profile?: string | null;
            /** Width */
            width?: number | null;
            /** Height */
            height?: number | null;
            /** Fps */
            fps?: number | null;
            /** Kbps */
            kbps?: number | null;
            /** Gop S */
            gop_s?: number | null;
            /** Gop Frames */
            gop_frames?: number | null;
            /** B Frames */
            b_frames?: boolean | null;
            /** Sound */
            sound?: boolean | null;
            /** Transport */
            transport?: string | null;
            /** Seen S */
            seen_s?: number | null;
            /** Lost */
            lost?: number | null;
            /** Clock Offset S */
            clock_offset_s?: number | null;
            cost?: components["schemas"]["Words"] | null;
            onvif?: components["schemas"]["OnvifDevice"] | null;
            /** Verdict */
            verdict: components["schemas"]["Remark-Output"][];
            /** Snapshot */
            snapshot?: string | null;
        };
        /**
         * Problem
         * @description RFC 9457. ``code`` is a short fixed word that programs may rely on.
         */
        Problem: {
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Detail */
            detail: string;
            /** Code */
            code: string;
            /** Errors */
            errors?: components["schemas"]["ProblemItem"][] | null;
        };
        /**
         * ProblemItem
         * @description One thing that is wrong in what was sent. ``file`` and ``line`` are set where the text of a file was sent.
         */
        ProblemItem: {
            /** File */
            file: string;
            /** Line */
            line: number;
            /** Key */
            key: string;
            /** Message */
            message: string;
        };
        /**
         * Profile
         * @description A stream that a camera offers by ONVIF; ``url`` without credentials. 0 and "" where it does not say.
         */
        Profile: {
            /** Token */
            token: string;
            /** Name */
            name: string;
            /** Url */
            url: string;
            /** Codec */
            codec: string;
            /** Width */
            width: number;
            /** Height */
            height: number;
            /** Fps */
            fps: number;
        };
        /** Reason */
        Reason: {
            /** Note */
            note: string;
        };
        /**
         * Record
         * @description Durations as a configuration writes them: 30d, 10s.
         */
        Record: {
            /** Mode */
            mode: string;
            /** Keep */
            keep: string;
            /** Pre */
            pre: string;
            /** Post */
            post: string;
            /** Max Size */
            max_size?: string | null;
        };
        /** RecordSettings */
        RecordSettings: {
            /**
             * Mode
             * @default off
             * @enum {string}
             */
            mode: "continuous" | "event" | "off";
            /**
             * Keep
             * Format: duration
             * @default P30D
             */
            keep: string;
            /**
             * Pre
             * Format: duration
             * @default PT10S
             */
            pre: string;
            /**
             * Post
             * Format: duration
             * @default PT20S
             */
            post: string;
            /** Max Size */
            max_size?: number | null;
        };
        /**
         * RecordedSegment
         * @description ``eventful``: something happened in it, as far as the camera's analysers saw.
         */
        RecordedSegment: {
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
            /** Size Bytes */
            size_bytes: number;
            /** Eventful */
            eventful: boolean;
        };
        /**
         * RecordedSpace
         * @description ``day_bytes``: recorded in the last 24 hours; ``first``: the beginning of the oldest that is kept.
         */
        RecordedSpace: {
            /** Size Bytes */
            size_bytes: number;
            /** Day Bytes */
            day_bytes: number;
            /** First */
            first: string | null;
            disk: components["schemas"]["DiskSpace"];
        };
        /** Recordings */
        Recordings: {
            /** Segments */
            segments: components["schemas"]["RecordedSegment"][];
            /** Gaps */
            gaps: components["schemas"]["Gap"][];
        };
        /**
         * Refused
         * @description A message, or a part of one, that was not taken. ``whole``: it is kept as a whole, and can be read again.
         *
         *     ``device`` is "" where it is not known whose it is. ``replay_at``: it was asked to be read again then, and waits.
         */
        Refused: {
            /** Id */
            id: number;
            /** Topic */
            topic: string;
            /** Device */
            device: string;
            /** Cause */
            cause: string;
            /** Detail */
            detail: string;
            /** Size Bytes */
            size_bytes: number;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Whole */
            whole: boolean;
            /** Replay At */
            replay_at: string | null;
            /** Head */
            head: string;
        };
        /** RefusedCount */
        RefusedCount: {
            /** Cause */
            cause: string;
            /** Count */
            count: number;
            /** Kept Bytes */
            kept_bytes: number;
        };
        /**
         * RefusedDetail
         * @description ``text`` is null where it is no UTF-8. Both are what is kept of it.
         */
        RefusedDetail: {
            /** Id */
            id: number;
            /** Topic */
            topic: string;
            /** Device */
            device: string;
            /** Cause */
            cause: string;
            /** Detail */
            detail: string;
            /** Size Bytes */
            size_bytes: number;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Whole */
            whole: boolean;
            /** Replay At */
            replay_at: string | null;
            /** Head */
            head: string;
            /** Text */
            text: string | null;
            /** Hex */
            hex: string;
        };
        /** Release */
        Release: {
            /** Note */
            note: string;
        };
        /** Remark */
        "Remark-Input": {
            /**
             * Note
             * @default
             */
            note: string;
        };
        /**
         * Remark
         * @description Of a verdict.
         */
        "Remark-Output": {
            /** En */
            en: string;
            /** Zh */
            zh: string;
            /**
             * Level
             * @enum {string}
             */
            level: "good" | "note" | "bad";
        };
        /**
         * Result
         * @enum {string}
         */
        Result: "done" | "refused" | "failed";
        /**
         * Right
         * @description What can be allowed. ``see`` is part of every role: what somebody may not see does not exist for them.
         * @enum {string}
         */
        Right: "see" | "live" | "recordings" | "unmasked" | "act" | "dispatch" | "sources" | "rules" | "people" | "audit" | "system";
        /**
         * Role
         * @description What a person is, within a subtree of areas. One person may be several things, and others elsewhere.
         * @enum {string}
         */
        Role: "viewer" | "operator" | "reviewer" | "integrator" | "dispatcher" | "administrator";
        /** RoleRights */
        RoleRights: {
            role: components["schemas"]["Role"];
            /** Rights */
            rights: components["schemas"]["Right"][];
        };
        /**
         * Rule
         * @description ``text`` is the rule as it stands in its file; ``open`` counts its alerts that are not resolved, ``day`` those
         *     that began in the last 24 hours. ``state``: failing or too slow (and therefore set aside, because of
         *     ``fault``), holding alerts back for somebody to look (``held_back``: how many), or on.
         */
        Rule: {
            /** Name */
            name: string;
            severity: components["schemas"]["Severity"];
            /** Summary */
            summary: string;
            /** File */
            file: string;
            /** By */
            by: string;
            /** Areas */
            areas: string[];
            /** Text */
            text: string;
            /** Procedure */
            procedure: string | null;
            /** Open */
            open: number;
            /** Day */
            day: number;
            /**
             * State
             * @enum {string}
             */
            state: "on" | "failing" | "too_slow" | "held";
            /** Held Back */
            held_back: number;
            /** Fault */
            fault: string | null;
        };
        /**
         * RuleFile
         * @description ``rules`` are those in force; where there are ``problems``, they are those of before its last change.
         */
        RuleFile: {
            /** File */
            file: string;
            /** Text */
            text: string;
            /** Rules */
            rules: string[];
            /** Problems */
            problems: components["schemas"]["RuleProblem"][];
        };
        /**
         * RuleProblem
         * @description ``line`` and ``column`` count from 1; 0 is the file as a whole.
         */
        RuleProblem: {
            /** Line */
            line: number;
            /** Column */
            column: number;
            /** Key */
            key: string;
            /** Message */
            message: string;
        };
        /**
         * RuleText
         * @description ``text`` is a rule file; ``file``: the name that it will have, so that it may replace the rules of that file.
         */
        RuleText: {
            /** Text */
            text: string;
            /**
             * File
             * @default rules.yaml
             */
            file: string;
        };
        /**
         * Seconds
         * @description Seconds of gap by cause.
         */
        Seconds: {
            /**
             * Network
             * @default 0
             */
            network: number;
            /**
             * Camera
             * @default 0
             */
            camera: number;
            /**
             * Tampered
             * @default 0
             */
            tampered: number;
            /**
             * Worker
             * @default 0
             */
            worker: number;
            /**
             * Disk
             * @default 0
             */
            disk: number;
            /**
             * Clock
             * @default 0
             */
            clock: number;
            /**
             * Switched Off
             * @default 0
             */
            switched_off: number;
        };
        /**
         * Selection
         * @description All that match what is given.
         */
        Selection: {
            /** Cause */
            cause?: string | null;
            /** Origin */
            origin?: string | null;
            /** Device */
            device?: string | null;
        };
        /**
         * Series
         * @description ``level``: what the answer was added up from. ``unit``: UCUM, empty where it is not known.
         *
         *     Each of ``points`` holds the ``columns``: with a step ts, mean, min, max, count, last, bad (``count`` good values;
         *     ``bad`` ones are left out); without ts, value, text, quality (flags; 0 is good). ``from`` and ``to`` are those of
         *     whole buckets. ``next``: ``from`` of the points that follow, where not all are here.
         */
        Series: {
            /** Source */
            source: string;
            /** Metric */
            metric: string;
            /** Unit */
            unit: string;
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
            /** Step S */
            step_s: number | null;
            level: components["schemas"]["Level"];
            /** Tz */
            tz: string | null;
            /** Columns */
            columns: string[];
            /** Points */
            points: ([
                string,
                number | null,
                number | null,
                number | null,
                number,
                number | null,
                number
            ] | [
                string,
                number | null,
                string | null,
                number
            ])[];
            /** Next */
            next: string | null;
        };
        /**
         * SessionShape
         * @description ``here``: the one that asks. ``seen_at`` is right to the minute.
         */
        SessionShape: {
            /** Id */
            id: number;
            /** Person */
            person: string;
            /** Here */
            here: boolean;
            /** Second Factor */
            second_factor: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Seen At
             * Format: date-time
             */
            seen_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Address */
            address: string;
            /** Agent */
            agent: string;
        };
        /**
         * Severity
         * @enum {string}
         */
        Severity: "critical" | "major" | "minor" | "warning";
        /**
         * Share
         * @description Of an area, or of a shift by the time of day at which it begins.
         */
        Share: {
            /** Name */
            name: string;
            /** Alarms */
            alarms: number;
            /** Per Hour */
            per_hour: number;
            /** Peak 10 Min */
            peak_10_min: number;
            /** In Floods */
            in_floods: number;
        };
        /** Shelving */
        Shelving: {
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /**
             * Note
             * @default
             */
            note: string;
        };
        /** Shown */
        Shown: {
            /** Flow */
            flow: string;
            /** Credential */
            credential: {
                [key: string]: unknown;
            };
        };
        /** SignedIn */
        SignedIn: {
            /** Token */
            token: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            user: components["schemas"]["User"];
        };
        /**
         * Silence
         * @description ``area``: it mutes nothing elsewhere; null: anywhere. ``muted``: how many alerts it has muted so far.
         *     ``ended_by``: who ended it before its time.
         */
        Silence: {
            /** Id */
            id: number;
            /** Matchers */
            matchers: components["schemas"]["SilenceMatcher"][];
            /** Area */
            area: string | null;
            /** Owner */
            owner: string;
            /** Reason */
            reason: string;
            /**
             * Begins At
             * Format: date-time
             */
            begins_at: string;
            /**
             * Ends At
             * Format: date-time
             */
            ends_at: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Ended By */
            ended_by: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "active" | "over";
            /** Muted */
            muted: number;
        };
        /**
         * SilenceMatcher
         * @description ``exact``: the value itself. ``glob``: ``*`` is anything; of areas ``*`` is one part of the path and ``**`` any
         *     number. ``regex``: the whole of it, in the syntax of Rust's regex, without look-around.
         */
        SilenceMatcher: {
            field: components["schemas"]["Field"];
            /** @default exact */
            how: components["schemas"]["How"];
            /** Value */
            value: string;
        };
        /**
         * SourceKind
         * @enum {string}
         */
        SourceKind: "camera" | "device";
        /**
         * SourceState
         * @description Whether a source is watching, and if not, why.
         * @enum {string}
         */
        SourceState: "unknown" | "connecting" | "watching" | "unreachable" | "unauthorized" | "no_video" | "stalled" | "ended" | "unsupported" | "tampered" | "silent" | "offline" | "worker_down" | "disabled";
        /**
         * Stage
         * @description Where an alarm stands; the letters are those of the state diagram of ISA-18.2. All but ``NORMAL`` are open.
         * @enum {string}
         */
        Stage: "normal" | "unacknowledged" | "acknowledged" | "returned" | "latched" | "latched_acknowledged" | "shelved" | "suppressed" | "out_of_service";
        /** Stale */
        Stale: {
            /** Id */
            id: number;
            /** Rule */
            rule: string;
            /** Area */
            area: string;
            severity: components["schemas"]["Severity"];
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
        };
        /**
         * Status
         * @description ``respond_s``: within how many seconds an alarm of each severity should have been acknowledged.
         */
        Status: {
            /** Version */
            version: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * Now
             * Format: date-time
             */
            now: string;
            /** Parts */
            parts: components["schemas"]["Part"][];
            /** Respond S */
            respond_s: {
                [key: string]: number;
            };
        };
        /**
         * Stretch
         * @description Something that a camera saw. ``peak``: the share of the picture that moved, or how many there were at most.
         */
        Stretch: {
            /** Source */
            source: string;
            /** Area */
            area: string;
            /** Metric */
            metric: string;
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
            /** Peak */
            peak: number;
        };
        /** System */
        System: {
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * Now
             * Format: date-time
             */
            now: string;
            database: components["schemas"]["Database"];
            recordings: components["schemas"]["RecordedSpace"];
            versions: components["schemas"]["Versions"];
            /** Troubles */
            troubles: string[];
        };
        /**
         * TableSize
         * @description ``rows`` is an estimate; ``keep``: for how long rows are kept, null for ever.
         */
        TableSize: {
            /** Name */
            name: string;
            /** Rows */
            rows: number;
            /** Size Bytes */
            size_bytes: number;
            /** Keep */
            keep: string | null;
        };
        /**
         * ToDiscover
         * @description ``targets``: hosts and networks, at most 1024 addresses; left out, everybody on the hub's own network.
         *
         *     With a user, devices are asked for their streams; the password goes to each of them as a digest.
         */
        ToDiscover: {
            /**
             * Targets
             * @default []
             */
            targets: string[];
            /** Username */
            username?: string | null;
            /** Password */
            password?: string | null;
            /** Area */
            area?: string | null;
        };
        /** ToProbe */
        ToProbe: {
            /** Url */
            url: string;
            /**
             * Transport
             * @default tcp
             * @enum {string}
             */
            transport: "tcp" | "udp";
            /**
             * Tls
             * @default verified
             * @enum {string}
             */
            tls: "verified" | "unverified";
            /** Username */
            username?: string | null;
            /** Password */
            password?: string | null;
        };
        /**
         * TokenShape
         * @description ``area`` null: wherever its person may. Of ``rights`` those hold that its person has.
         */
        TokenShape: {
            /** Id */
            id: number;
            /** Person */
            person: string;
            /** Name */
            name: string;
            /** Rights */
            rights: components["schemas"]["Right"][];
            /** Area */
            area: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Used At */
            used_at: string | null;
        };
        /**
         * Tour
         * @description Layouts that follow one another, each for ``dwell_s`` seconds.
         */
        Tour: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "tour";
            /** Layouts */
            layouts: string[];
            /** Dwell S */
            dwell_s: number;
        };
        /** TypeMetric */
        TypeMetric: {
            /** Unit */
            unit: string;
            /** Min */
            min: number | null;
            /** Max */
            max: number | null;
            /** Max Rate */
            max_rate: number | null;
            /** Frozen After */
            frozen_after: string | null;
            name: components["schemas"]["Named"];
        };
        /**
         * UnknownDevice
         * @description ``heads``: its last five messages. ``reason``: why an entry of `register` that matches did not let it in.
         */
        UnknownDevice: {
            /** Id */
            id: string;
            /** Topic */
            topic: string;
            /** Reason */
            reason: string;
            /** Count */
            count: number;
            /**
             * First Seen At
             * Format: date-time
             */
            first_seen_at: string;
            /**
             * Last Seen At
             * Format: date-time
             */
            last_seen_at: string;
            /** Heads */
            heads: components["schemas"]["Head"][];
            announced: components["schemas"]["Announced"] | null;
            /** Blocked */
            blocked: boolean;
        };
        /**
         * User
         * @description ``rights``: each right that holds anywhere, with the subtrees of areas where it does; ``""``: the whole city.
         *     ``role`` and ``area`` are those of the grant with the most rights, null of somebody without any.
         *     ``password_change_needed``: nothing else is answered until a password that somebody else gave was changed, and
         *     ``second_factor_needed``: until one was added.
         */
        User: {
            /** Name */
            name: string;
            role: components["schemas"]["Role"] | null;
            /** Area */
            area: string | null;
            /** Grants */
            grants: components["schemas"]["GrantShape"][];
            /** Rights */
            rights: {
                [key: string]: string[];
            };
            /** Password Change Needed */
            password_change_needed: boolean;
            /** Second Factor Needed */
            second_factor_needed: boolean;
        };
        /**
         * Verdict
         * @description ``GOOD``: within what is acceptable; ``FAIR``: manageable; ``POOR``: beyond.
         * @enum {string}
         */
        Verdict: "good" | "fair" | "poor";
        /** Versions */
        Versions: {
            /** Hub */
            hub: string;
            /** Python */
            python: string;
            /** Server */
            server: string;
            /** Timescale */
            timescale: string | null;
            /** Schema Version */
            schema_version: string;
        };
        /** Wall */
        Wall: {
            /** Name */
            name: string;
            /** Body */
            body: components["schemas"]["Layout"] | components["schemas"]["Tour"];
            /**
             * Changed At
             * Format: date-time
             */
            changed_at: string;
        };
        /**
         * Ways
         * @description How one may sign in besides by name and password. ``origin``: as browsers name the hub, to which passkeys are
         *     bound; null: there are none. ``provider``: the host of the OpenID Connect provider; null: there is none.
         */
        Ways: {
            /** Origin */
            origin: string | null;
            /** Provider */
            provider: string | null;
        };
        /** Whoami */
        Whoami: {
            user: components["schemas"]["User"];
        };
        /** WithCode */
        WithCode: {
            /** Code */
            code: string;
        };
        /** WithPassword */
        WithPassword: {
            /** Password */
            password: string;
        };
        /**
         * Words
         * @description The same in English and Chinese.
         */
        Words: {
            /** En */
            en: string;
            /** Zh */
            zh: string;
        };
        /** Worst */
        Worst: {
            /** Name */
            name: string;
            /** Alarms */
            alarms: number;
        };
        /**
         * Zone
         * @description ``polygon``: fractions of the frame. ``mask``: what happens there is not looked at. ``privacy``: who has not the
         *     right ``unmasked`` is not shown it.
         */
        Zone: {
            /** Name */
            name: string;
            /** Polygon */
            polygon: [
                number,
                number
            ][];
            /**
             * Mask
             * @default false
             */
            mask: boolean;
            /**
             * Privacy
             * @default false
             */
            privacy: boolean;
            /** Loiter */
            loiter?: string | null;
            /** Left */
            left?: string | null;
            /** Crowd */
            crowd?: number | null;
        };
        /**
         * ZoneSettings
         * @description A part of the picture. ``mask``: what happens there is not looked at. ``privacy``: those without the right
         *     ``unmasked`` are not shown it.
         */
        ZoneSettings: {
            /** Name */
            name: string;
            /** Polygon */
            polygon: [
                number,
                number
            ][];
            /**
             * Mask
             * @default false
             */
            mask: boolean;
            /**
             * Privacy
             * @default false
             */
            privacy: boolean;
            /** Loiter */
            loiter?: string | null;
            /** Left */
            left?: string | null;
            /** Crowd */
            crowd?: number | null;
        };
        /**
         * Asked
         * @description How many messages the workers were asked to read again, or how many were removed.
         */
        dashboard__api__device_shapes__Asked: {
            /** Count */
            count: number;
        };
        /**
         * Asked
         * @description ``options``: for ``navigator.credentials``, in the JSON of the specification. To be answered within 5 minutes.
         */
        dashboard__api__passkeys__Asked: {
            /** Flow */
            flow: string;
            /** Options */
            options: {
                [key: string]: unknown;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    who_am_i: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Whoami"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_ways: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ways"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_passkeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PasskeyShape_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Made"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyShape"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offer_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithPassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dashboard__api__passkeys__Asked"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rename_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ask_for_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dashboard__api__passkeys__Asked"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_session_by_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Shown"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in_elsewhere: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    come_back: {
        parameters: {
            query?: {
                state?: string | null;
                code?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_roles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleRights"][];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offer_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithPassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offered"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithCode"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Codes"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renew_recovery_codes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithPassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Codes"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithPassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PersonShape_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_person: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPerson"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonShape"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonShape"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PersonChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonShape"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordOfPerson"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_second_factors: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description of whom; left out, one's own. Others' need the right `people` */
                person?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SessionShape_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_sessions: {
        parameters: {
            query?: {
                /** @description of whom; left out, one's own. Others' need the right `people` */
                person?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_one_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: {
                /** @description of whom; left out, one's own. Others' need the right `people` */
                person?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_TokenShape_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeToken"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_camera_availability: {
        parameters: {
            query: {
                from: string;
                to: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Availability"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_area_availability: {
        parameters: {
            query: {
                from: string;
                to: string;
            };
            header?: never;
            path: {
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AreaAvailability"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_areas: {
        parameters: {
            query?: {
                /** @description an area: it and what lies below it */
                area?: string | null;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Area_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_geojson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/geo+json": components["schemas"]["FeatureCollection"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_area_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AreaStatus"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_area: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AreaDetail"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    probe_camera: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToProbe"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Probe"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discover_cameras: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToDiscover"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Discovered"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_cameras: {
        parameters: {
            query?: {
                /** @description say what would be done, and do nothing */
                dry_run?: boolean;
                /** @description import what is right even where something is wrong */
                partial?: boolean;
                /** @description change cameras that are there and differ */
                update?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_cameras: {
        parameters: {
            query?: {
                /** @description an area: it and what lies below it */
                area?: string | null;
                state?: components["schemas"]["SourceState"] | null;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Camera_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_camera: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CameraNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Camera"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_camera: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Camera"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_camera: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_camera: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CameraChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Camera"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_camera_snapshot: {
        parameters: {
            query?: {
                width?: number;
                /** @description `lifted`: without the privacy masks, for who has the right `unmasked` there; it is audited */
                masks?: "burnt" | "lifted";
                /** @description why the masks are lifted; it stands in the audit log */
                why?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": unknown;
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_recordings: {
        parameters: {
            query: {
                from: string;
                to: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recordings"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_clip: {
        parameters: {
            query: {
                from: string;
                to: string;
                /** @description `lifted`: without the privacy masks, for who has the right `unmasked` there; it is audited */
                masks?: "burnt" | "lifted";
                /** @description why the masks are lifted; it stands in the audit log */
                why?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp4": unknown;
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_unknown_devices: {
        parameters: {
            query?: {
                /** @description those that are blocked, instead of those that wait */
                blocked?: boolean;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_UnknownDevice_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_unknown_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnknownDevice"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dismiss_unknown_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approve_unknown_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Approval"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    block_unknown_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnknownDevice"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_devices: {
        parameters: {
            query?: {
                /** @description say what would be done, and do nothing */
                dry_run?: boolean;
                /** @description import what is right even where something is wrong */
                partial?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_devices: {
        parameters: {
            query?: {
                /** @description an area: it and what lies below it */
                area?: string | null;
                state?: components["schemas"]["SourceState"] | null;
                /** @description those that somebody should look at */
                problem?: ("silent" | "period" | "battery" | "clock" | "values") | null;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Device_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_device_types: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceType"][];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approve_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_device_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceAccount"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_device_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_refused: {
        parameters: {
            query?: {
                /** @description why it was refused */
                cause?: string | null;
                /** @description the topic it came on */
                origin?: string | null;
                /** @description whose it is */
                device?: string | null;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Refused_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_all_refused: {
        parameters: {
            query?: {
                /** @description why it was refused */
                cause?: string | null;
                /** @description the topic it came on */
                origin?: string | null;
                /** @description whose it is */
                device?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dashboard__api__device_shapes__Asked"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    count_refused: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefusedCount"][];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_refused: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefusedDetail"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_refused: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_refused: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dashboard__api__device_shapes__Asked"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_all_refused: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Selection"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["dashboard__api__device_shapes__Asked"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_commands: {
        parameters: {
            query?: {
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Commands"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    give_command: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same request again, with the same key, is the same command */
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandNew"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Command"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_command: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Command"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_series: {
        parameters: {
            query: {
                source: string;
                metric: string;
                from: string;
                to: string;
                /** @description the width of a bucket, or auto; left out: points as they came */
                step?: string;
                /** @description what becomes of buckets in which nothing good was said */
                fill?: components["schemas"]["Fill"];
                /** @description whose calendar days and weeks follow; UTC */
                tz?: string | null;
                /** @description with step=auto */
                max_points?: number;
            };
            header?: {
                accept?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Series"];
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_alerts: {
        parameters: {
            query?: {
                /** @description may be given several times; open: firing, acknowledged, or over and still to be acknowledged or reset, and not hidden by a known cause or out of service */
                state?: ("firing" | "acknowledged" | "resolved" | "open")[] | null;
                /** @description where alerts stand by ISA-18.2 */
                stage?: components["schemas"]["Stage"][] | null;
                severity?: components["schemas"]["Severity"][] | null;
                rule?: string | null;
                /** @description what muted them, as `topology:sw-3` */
                cause?: string | null;
                /** @description why they called for nobody */
                damped?: components["schemas"]["Damping"][] | null;
                /** @description on, and shown, for longer than `alarms.stale` says */
                stale?: boolean;
                /** @description an area: it and what lies below it */
                area?: string | null;
                from?: string | null;
                to?: string | null;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Alert_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertDetail"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Remark-Input"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    shelve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Shelving"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unshelve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Remark-Input"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clear: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    comment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_alert_snapshot: {
        parameters: {
            query?: {
                /** @description which piece of evidence, from 0 */
                n?: number;
                /** @description `lifted`: without the privacy masks, for who has the right `unmasked` there; it is audited */
                masks?: "burnt" | "lifted";
                /** @description why the masks are lifted; it stands in the audit log */
                why?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": unknown;
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    assign_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Assignment"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_able: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Able"][];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_outages: {
        parameters: {
            query?: {
                /** @description an area: it and what lies below it */
                area?: string | null;
                /** @description also those that are over */
                ended?: boolean;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Outage_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_outage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOutage"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outage"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_outage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outage"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_load: {
        parameters: {
            query: {
                from: string;
                to: string;
                /** @description an area: it and what lies below it */
                area?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Load"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_alert_groups: {
        parameters: {
            query?: {
                /** @description an area: it and what lies below it */
                area?: string | null;
                /** @description how many groups there should be at most */
                room?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertGroups"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_silences: {
        parameters: {
            query?: {
                /** @description an area: it and what lies below it */
                area?: string | null;
                state?: ("pending" | "active" | "over") | null;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Silence_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_silence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSilence"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silence"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_silence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silence"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_incidents: {
        parameters: {
            query?: {
                /** @description an area: it and what lies below it */
                area?: string | null;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Incident_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_incident: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentDetail"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_incident_log: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_IncidentLogEntry_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Rule_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_rule_files: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RuleFile_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleText"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checked"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_held_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Hold_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    release_rule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Release"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    backtest_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Backtest"];
            };
        };
        responses: {
            /** @description one JSON object a line: `at`, `done` (0 to 1), `observations`, `alerts` while it runs; at the end `outcome`, or `failed` with the reason */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_activity: {
        parameters: {
            query: {
                from: string;
                to: string;
                /** @description an area: it and what lies below it */
                area?: string | null;
                /** @description cameras; may be given several times */
                source?: string[] | null;
                /** @description as `motion`, `object.person`, `zone.gate`; may be given several times */
                metric?: string[] | null;
                /** @description about how many to answer */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Stretch_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_activity_metrics: {
        parameters: {
            query?: {
                /** @description an area: it and what lies below it */
                area?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_str_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_around: {
        parameters: {
            query: {
                at: string;
                /** @description around this area, or */
                area?: string | null;
                /** @description around this source */
                source?: string | null;
                metres?: number;
                minutes?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Around"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_bookmarks: {
        parameters: {
            query?: {
                /** @description an area: it and what lies below it */
                area?: string | null;
                source?: string | null;
                incident?: number | null;
                from?: string | null;
                to?: string | null;
                /** @description a part of the note */
                text?: string | null;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Bookmark_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_bookmark: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBookmark"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bookmark"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_bookmark: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_bookmark: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BookmarkChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bookmark"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_walls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Wall_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    save_wall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Layout"] | components["schemas"]["Tour"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wall"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_wall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                from?: string | null;
                to?: string | null;
                actor?: string | null;
                action?: string | null;
                /** @description it and what lies below it */
                subject?: string | null;
                source_ip?: string | null;
                result?: components["schemas"]["Result"] | null;
                /** @description `next` of the page before */
                cursor?: string | null;
                /** @description how many to answer at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEntry_"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_audit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditChain"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream: {
        parameters: {
            query?: {
                /** @description the area whose observations are wanted */
                observations?: string | null;
                last_event_id?: string | null;
            };
            header?: {
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_system: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description what was wrong with the request */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description what is wrong with the hub */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
