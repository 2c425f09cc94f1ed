/** What a browser calls itself, as people call it: enough to tell one session from another. Pure. */

const PROGRAMS: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari/, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/Windows/, 'Windows'],
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** `Firefox 140 · Windows`; what is none of the known ones up to its first space; null for nothing. */
export function agentOf(agent: string): string | null {
  if (agent === '') return null;
  for (const [pattern, name] of PROGRAMS) {
    const found = pattern.exec(agent);
    if (found === null) continue;
    const system = SYSTEMS.find(([mark]) => mark.test(agent));
    return [`${name} ${found[1]}`, ...(system ? [system[1]] : [])].join(' · ');
  }
  return agent.split(' ')[0]?.slice(0, 40) ?? null;
}
