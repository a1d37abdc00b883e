// Runs before the first paint, so that a chosen colour scheme never flashes. A file of its own: the content security policy allows no inline script.
try {
  const scheme = localStorage.getItem('scheme');
  if (scheme === 'light' || scheme === 'dark') document.documentElement.dataset.scheme = scheme;
} catch {
  // Storage is closed to this page (an embedded frame, a private window): the system's scheme is the right one then.
}
