/** Hands a file that came with an Authorization header to the browser's downloads, which cannot send one. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the content once it began; a minute is ample.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
