/*
 * Countersign in a page of somebody else's. One script, no dependency:
 *
 *   <script src="https://your.site/embed.js" async></script>
 *   <div data-countersign="/demo/intro"></div>                                        the booking page, in the page
 *   <a href="https://your.site/demo/intro" data-countersign-popup>Book a time</a>     a popup; without JavaScript, a link
 *   <script src="https://your.site/embed.js" data-button="/demo/intro" data-label="Book a time" async></script>
 *
 * The embedding page hears `countersign:ready`, `countersign:held`, `countersign:confirmed` as events on `window`; their detail has
 * the path, and the start of the meeting. Never a name, an address or a link with a key.
 */
(function () {
  'use strict';
  const script = document.currentScript;
  const origin = new URL(script.src).origin;

  function frame(path) {
    const element = document.createElement('iframe');
    const url = new URL(path, origin);
    url.searchParams.set('embed', '1');
    element.src = url.href;
    element.title = 'Booking';
    element.allow = 'clipboard-write';
    element.style.cssText = 'width:100%;height:44rem;border:0;color-scheme:auto';
    return element;
  }

  function popup(path) {
    const dialog = document.createElement('dialog');
    dialog.style.cssText =
      'width:min(64rem,100vw);max-width:none;padding:0;border:0;border-radius:16px;overflow:hidden';
    const close = document.createElement('button');
    close.type = 'button';
    close.textContent = '×';
    close.setAttribute('aria-label', 'Close');
    close.style.cssText =
      'position:absolute;right:8px;top:8px;width:44px;height:44px;border:0;background:none;font-size:24px;cursor:pointer';
    close.addEventListener('click', function () {
      dialog.close();
    });
    dialog.addEventListener('close', function () {
      dialog.remove();
    });
    dialog.append(frame(path), close);
    document.body.append(dialog);
    dialog.showModal();
  }

  function start() {
    document.querySelectorAll('[data-countersign]').forEach(function (place) {
      if (place.firstElementChild === null) place.append(frame(place.dataset.countersign));
    });
    if (!script.dataset.button) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = script.dataset.label || 'Book a time';
    button.style.cssText =
      'position:fixed;right:24px;bottom:24px;z-index:2147483000;min-height:48px;padding:0 20px;border:0;border-radius:24px;background:#2340c7;color:#fff;font:600 16px system-ui,sans-serif;cursor:pointer';
    button.addEventListener('click', function () {
      popup(script.dataset.button);
    });
    document.body.append(button);
  }

  document.addEventListener('click', function (event) {
    const link = event.target instanceof Element ? event.target.closest('a[data-countersign-popup]') : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const url = new URL(link.href);
    if (url.origin !== origin) return;
    event.preventDefault();
    popup(url.pathname + url.search);
  });
  addEventListener('message', function (event) {
    if (event.origin !== origin || !event.data || event.data.source !== 'countersign') return;
    dispatchEvent(new CustomEvent('countersign:' + event.data.type, { detail: event.data.detail }));
  });
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
