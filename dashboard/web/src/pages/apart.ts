/** Files by what tells them apart: without the folders that all of them are in. Pure. */

export function apart(files: readonly string[]): (file: string) => string {
  const folders = files.map((file) => file.split('/').slice(0, -1));
  const [first = []] = folders;
  const differs = first.findIndex((part, at) => folders.some((one) => one[at] !== part));
  const common = differs < 0 ? first.length : differs;
  return (file) => file.split('/').slice(common).join('/');
}
