import { describe, expect, it } from 'vitest';
import { apart } from './apart';

describe('files by what tells them apart', () => {
  it('leaves out the folders that all of them are in', () => {
    const files = ['/srv/hub/rules/fire.yaml', '/srv/hub/rules/night/doors.yaml'];
    expect(files.map(apart(files))).toEqual(['fire.yaml', 'night/doors.yaml']);
  });
  it('keeps the folders in which they differ', () => {
    const files = ['/srv/a/fire.yaml', '/srv/b/fire.yaml'];
    expect(files.map(apart(files))).toEqual(['a/fire.yaml', 'b/fire.yaml']);
  });
  it('leaves the name of an only file, and of one that has no folder', () => {
    expect(apart(['/srv/rules/city.yaml'])('/srv/rules/city.yaml')).toBe('city.yaml');
    expect(apart(['city.yaml', '/srv/rules/x.yaml'])('city.yaml')).toBe('city.yaml');
  });
});
