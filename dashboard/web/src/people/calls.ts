/** Calls about people: signing in, one's own account, others, the audit log. All raise ApiError. */

import { ROOT, get, patch, post, put, request } from '../api/client';
import type {
  AuditChain,
  AuditEntry,
  GrantNew,
  MadeToken,
  Me,
  Page,
  PasskeyKnown,
  Person,
  PersonNew,
  RoleRights,
  Session,
  Token,
  TokenNew,
  User,
  Ways,
} from '../api/types';

const id = encodeURIComponent;
const whose = (person: string | null): string => (person === null ? '' : `?person=${id(person)}`);
/** A long log is computed anew, from its first entry. */
const CHAIN_MS = 5 * 60_000;

export interface AuditAsked {
  from: string;
  to: string;
  actor: string;
  action: string;
  subject: string;
  source_ip: string;
  result: string;
}

export const calls = {
  ways: (signal: AbortSignal) => get<Ways>('/session/ways', signal),
  /** `code` is empty until it is asked for. */
  signIn: (username: string, password: string, code: string) =>
    post<{ user: User }>('/session', code === '' ? { username, password } : { username, password, code }),
  askForPasskey: () => post<PasskeyAsked>('/session/passkey/options', {}),
  signInByPasskey: (flow: string, credential: unknown) => post<{ user: User }>('/session/passkey', { flow, credential }),
  /** Where a link leads whoever signs in elsewhere. */
  elsewhere: `${ROOT}/session/external`,

  me: (signal: AbortSignal) => get<Me>('/me', signal),
  roles: (signal: AbortSignal) => get<RoleRights[]>('/me/roles', signal),
  changePassword: (current: string, fresh: string) => put('/me/password', { current, new: fresh }),
  offerTotp: (password: string) => post<{ secret: string; address: string }>('/me/totp', { password }),
  confirmTotp: (code: string) => post<{ codes: string[] }>('/me/totp/confirm', { code }),
  renewCodes: (password: string) => post<{ codes: string[] }>('/me/totp/codes', { password }),
  removeTotp: (password: string) => post('/me/totp/remove', { password }),
  passkeys: (signal: AbortSignal) => get<Page<PasskeyKnown>>('/me/passkeys', signal),
  offerPasskey: (password: string) => post<PasskeyAsked>('/me/passkeys/options', { password }),
  addPasskey: (flow: string, name: string, credential: unknown) => post<PasskeyKnown>('/me/passkeys', { flow, name, credential }),
  renamePasskey: (key: string, name: string) => patch(`/me/passkeys/${id(key)}`, { name }),
  removePasskey: (key: string) => request(`/me/passkeys/${id(key)}`, { method: 'DELETE' }),

  /** `person` null: one's own. */
  sessions: (person: string | null, signal: AbortSignal) => get<Page<Session>>(`/sessions${whose(person)}`, signal),
  endSession: (session: number) => request(`/sessions/${session}`, { method: 'DELETE' }),
  endSessions: (person: string | null) => request(`/sessions${whose(person)}`, { method: 'DELETE' }),
  tokens: (person: string | null, signal: AbortSignal) => get<Page<Token>>(`/tokens${whose(person)}`, signal),
  makeToken: (made: TokenNew) => post<MadeToken>('/tokens', made),
  removeToken: (token: number) => request(`/tokens/${token}`, { method: 'DELETE' }),

  people: (signal: AbortSignal) => get<Page<Person>>('/people', signal),
  addPerson: (made: PersonNew) => post<Person>('/people', made),
  changePerson: (name: string, change: { grants?: GrantNew[]; disabled?: boolean }) => patch<Person>(`/people/${id(name)}`, change),
  setPassword: (name: string, password: string) => put(`/people/${id(name)}/password`, { password }),
  forgetFactors: (name: string) => request(`/people/${id(name)}/second-factors`, { method: 'DELETE' }),

  audit: (asked: AuditAsked, cursor: string | null, limit: number, signal?: AbortSignal) => {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''));
    query.set('limit', String(limit));
    if (cursor !== null) query.set('cursor', cursor);
    return get<Page<AuditEntry>>(`/audit?${query}`, signal);
  },
  auditChain: (signal: AbortSignal) =>
    request('/audit/chain', { signal }, CHAIN_MS).then((response) => response.json() as Promise<AuditChain>),
};

export interface PasskeyAsked {
  flow: string;
  options: Record<string, unknown>;
}
