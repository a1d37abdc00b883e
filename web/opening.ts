/**
 * What the server sent along with the page, by the id of its element: the answers that the page would ask for first. Each is taken once;
 * whoever comes back to the page later asks anew.
 */
export function takeOpening<T>(id: string): T | null {
  const element = document.getElementById(id);
  if (element === null) return null;
  element.remove();
  return JSON.parse(element.textContent) as T;
}
