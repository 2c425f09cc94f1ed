/** Lists that are brought: of cameras or of devices, as their first line says. */

import { api, request } from '../api/client';
import type { Imported } from '../api/types';

export type Listed = 'cameras' | 'devices';
/** What stands in the first line of an empty list. */
export const HEADS: Record<Listed, string> = {
  cameras: 'id,url,area,name,username,password,substream_url,record',
  devices: 'id,area,type,name,period',
};
/** Thousands of lines are read against all areas. */
const LIMIT_MS = 60_000;

/** A camera has an address, a device a type; what has neither is read as cameras, and the hub says what is missing. */
export function listedIn(text: string): Listed {
  const head = (text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/, 1)[0] ?? '').split(/[,;]/).map((name) => name.trim().replaceAll('"', ''));
  return head.includes('type') && !head.includes('url') ? 'devices' : 'cameras';
}

/** Devices that are there and differ are never changed by a list. */
export async function bring(kind: Listed, csv: string, how: { dryRun: boolean; partial?: boolean; update?: boolean }): Promise<Imported> {
  if (kind === 'cameras') return api.importCameras(csv, how);
  const init = { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: csv };
  const response = await request(`/devices/import?dry_run=${how.dryRun}&partial=${how.partial ?? false}`, init, LIMIT_MS);
  return response.json() as Promise<Imported>;
}
