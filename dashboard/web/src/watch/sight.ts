/** Whether an element can be seen: on the screen, in a page that is not hidden. Calls at the beginning and at each change. */
export function whileSeen(element: HTMLElement, onChange: (seen: boolean) => void): () => void {
  let inSight = false;
  let told: boolean | null = null;
  const tell = (): void => {
    const seen = inSight && !document.hidden;
    if (seen !== told) onChange((told = seen));
  };
  const sight = new IntersectionObserver(([entry]) => {
    inSight = entry?.isIntersecting ?? false;
    tell();
  });
  sight.observe(element);
  document.addEventListener('visibilitychange', tell);
  return () => {
    sight.disconnect();
    document.removeEventListener('visibilitychange', tell);
  };
}
