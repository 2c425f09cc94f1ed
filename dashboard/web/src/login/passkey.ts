/** Passkeys in the browser (W3C Web Authentication, level 2): what it is asked, in the JSON that the hub speaks. */

/** Why there is no button for passkeys; null: there is one. `none`: the hub has none. */
export type NoPasskeys = 'none' | 'insecure' | 'elsewhere' | 'browser' | null;

/** `origin`: to which the hub has bound its passkeys; `here`: the address of this page. Pure. */
export function whyNoPasskeys(origin: string | null, here: string, isSecure: boolean, isKnown: boolean): NoPasskeys {
  if (origin === null) return 'none';
  // Both are so on plain http to a name; what helps is the right address.
  if (!isSecure) return 'insecure';
  if (origin !== here) return 'elsewhere';
  return isKnown ? null : 'browser';
}

export const whyNoPasskeysHere = (origin: string | null): NoPasskeys =>
  whyNoPasskeys(origin, location.origin, window.isSecureContext, 'PublicKeyCredential' in window);

/** Base64url without its end (RFC 4648). */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function toText(bytes: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

interface Described {
  id: string;
  type: 'public-key';
  transports?: AuthenticatorTransport[];
}
const described = (of: Described[] | undefined): PublicKeyCredentialDescriptor[] =>
  (of ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

/** A new one. Null where the person called it off, it took too long, or the device has one already. */
export async function makePasskey(options: Record<string, unknown>): Promise<Record<string, unknown> | null> {
  const asked = options as unknown as { challenge: string; user: { id: string }; excludeCredentials?: Described[] };
  const publicKey = {
    ...options,
    challenge: toBytes(asked.challenge),
    user: { ...asked.user, id: toBytes(asked.user.id) },
    excludeCredentials: described(asked.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await answered(navigator.credentials.create({ publicKey }));
  if (made === null) return null;
  const { clientDataJSON, attestationObject } = made.response as AuthenticatorAttestationResponse;
  return credential(made, { clientDataJSON, attestationObject });
}

/** One that is shown. Null where the person called it off, or it took too long. */
export async function showPasskey(options: Record<string, unknown>): Promise<Record<string, unknown> | null> {
  const asked = options as unknown as { challenge: string; allowCredentials?: Described[] };
  const publicKey = {
    ...options,
    challenge: toBytes(asked.challenge),
    allowCredentials: described(asked.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  const shown = await answered(navigator.credentials.get({ publicKey }));
  if (shown === null) return null;
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response as AuthenticatorAssertionResponse;
  return credential(shown, { clientDataJSON, authenticatorData, signature, ...(userHandle && { userHandle }) });
}

async function answered(asking: Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await asking) as PublicKeyCredential | null;
  } catch (cause) {
    if (cause instanceof DOMException) return null;
    throw cause;
  }
}

function credential(of: PublicKeyCredential, response: Record<string, ArrayBuffer>): Record<string, unknown> {
  const texts = Object.entries(response).map(([name, bytes]) => [name, toText(bytes)]);
  return { id: of.id, rawId: toText(of.rawId), type: of.type, response: Object.fromEntries(texts), clientExtensionResults: {} };
}
