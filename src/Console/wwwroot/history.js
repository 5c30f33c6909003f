// Asks before the page of another entry of the history replaces this one. Listeners of the window run in the order in
// which they were added, so this one must come before that of Blazor, which loads the page.
window.addEventListener('popstate', event => {
  if (!document.dispatchEvent(new Event('leaving', { cancelable: true }))) event.stopImmediatePropagation();
});
