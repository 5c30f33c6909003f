// Unsaved changes: nobody leaves the page without being asked. And forms that the server could not read.
const nul = '\0';
let changed = null;
let guarded = '';

export function startGuard() {
  document.addEventListener('input', event => {
    if (event.target.form?.matches('[data-guard]')) guard(event.target.form);
  });
  document.addEventListener('click', event => {
    const link = event.target.closest('a[href]');
    if (link && leadsAway(link, event) && !mayLeave()) stop(event);
  }, true);
  document.addEventListener('submit', event => {
    if (!isReadable(event.target)) stop(event);
    else if (event.target === changed) changed = null;
    else if (event.target.getAttribute('method') !== 'dialog' && !mayLeave()) stop(event);
  }, true);
  // By the buttons of the browser, which has changed the address already.
  document.addEventListener('leaving', event => {
    if (here() === guarded || mayLeave()) return;
    event.preventDefault();
    history.pushState(null, '', guarded);
  });
  window.addEventListener('beforeunload', event => {
    if (changed?.isConnected) event.preventDefault();
  });
  Blazor.addEventListener('enhancedload', keepRefused);
  keepRefused();
}

/** Remembers that a form differs from what is stored. */
export function guard(form) {
  changed = form;
  guarded = here();
}

// What the server refused is not saved either.
function keepRefused() {
  const refused = document.querySelector('form[data-refused]');
  if (refused) guard(refused);
}

function here() {
  return location.pathname + location.search;
}

function leadsAway(link, event) {
  return !link.target && !link.hasAttribute('download') && !event.ctrlKey && !event.metaKey && !event.shiftKey
    && link.pathname + link.search !== (link.hash ? here() : null);
}

function mayLeave() {
  if (!changed?.isConnected) return true;
  if (!window.confirm('Leave without saving your changes?')) return false;
  changed = null;
  return true;
}

// The server would answer with a page that says so, but without what was typed.
function isReadable(form) {
  if (form.getAttribute('method') !== 'post') return true;
  let size = 0;
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string') continue;
    if (value.includes(nul)) return refuse(form, name, 'A field contains the character NUL (U+0000). Remove it.');
    size += name.length + new URLSearchParams([['', value]]).toString().length + 1;
  }
  const limit = Number(document.documentElement.dataset.maxForm);
  return size <= limit || refuse(form, null, `The form is larger than ${limit / 1048576} MB. Shorten what you typed.`);
}

function refuse(form, name, message) {
  form.querySelector(':scope > [data-unreadable]')?.remove();
  const alert = document.createElement('p');
  alert.className = 'alert';
  alert.setAttribute('role', 'alert');
  alert.dataset.unreadable = '';
  alert.textContent = message;
  form.prepend(alert);
  form.elements[name]?.focus?.();
  return false;
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
