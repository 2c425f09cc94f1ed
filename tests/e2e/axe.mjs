/** Accessibility of the page that is open, by axe-core: what breaks WCAG 2.2 A and AA. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../dashboard/web/package.json', import.meta.url));
const SOURCE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** One line for each kind of fault, with the first places where it is; none where all is well. */
export async function faultsOf(page) {
  // By the protocol and not as a script of the page: its policy allows none from elsewhere.
  await page.evaluate(`${SOURCE}; undefined`);
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } }), TAGS);
  return found.violations.map(
    (fault) => `${fault.id} (${fault.impact}): ${fault.help}; ${fault.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.failureSummary.split('\n')[1]?.trim()}`).join(' | ')}`,
  );
}
