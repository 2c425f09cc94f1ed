/** Which page is open: it has an address of its own, so that it can be kept, sent and gone back from. */

export const PATHS = {
  watch: '/',
  wall: '/wall',
  review: '/review',
  groups: '/groups',
  silences: '/silences',
  rules: '/rules',
  backtest: '/rules/backtest',
  load: '/load',
  sources: '/sources',
  people: '/people',
  account: '/account',
  system: '/system',
} as const;
export type Page = keyof typeof PATHS;
/** In the bar, in the order in which an operator needs them; the backtest is reached from the rules, one's account from one's name. */
export const IN_BAR = ['watch', 'wall', 'review', 'groups', 'silences', 'rules', 'load', 'sources', 'people', 'system'] as const satisfies readonly Page[];

/** The page of an address; null where it is none of ours. */
export function pageOf(pathname: string): Page | null {
  const plain = pathname === '/index.html' ? '/' : pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname;
  return (Object.keys(PATHS) as Page[]).find((page) => PATHS[page] === plain) ?? null;
}

class Route {
  page = $state.raw<Page | null>(pageOf(location.pathname));
  /** What stands behind the question mark. */
  search = $state.raw(location.search);

  constructor() {
    window.addEventListener('popstate', () => this.#read());
  }

  go(page: Page, search = ''): void {
    if (page === this.page && search === this.search) return;
    history.pushState(null, '', PATHS[page] + search);
    this.#read();
  }

  #read(): void {
    this.page = pageOf(location.pathname);
    this.search = location.search;
  }
}

export const route = new Route();

/** For links: a plain click stays in this page; with a modifier it is the browser's. */
export function follow(event: MouseEvent, page: Page, search = ''): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  route.go(page, search);
}
