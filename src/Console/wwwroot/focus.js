// Where the keyboard and the reader of a screen are after a page was exchanged, and what they are told.
const toastTime = 8000;
const announceDelay = 150;
let path = location.pathname;
let submitted = false;

export function startFocus() {
  document.addEventListener('submit', event => { submitted = event.target.getAttribute('method') === 'post'; });
  Blazor.addEventListener('enhancedload', () => {
    moveFocus();
    showToasts();
  });
  // A live region says what changes in it, not what it has at first.
  for (const toast of document.querySelectorAll('[data-toast]')) {
    const region = toast.parentElement;
    toast.remove();
    setTimeout(() => {
      region.append(toast);
      showToasts();
    }, announceDelay);
  }
}

function moveFocus() {
  const isOther = path !== location.pathname;
  const isLost = !document.activeElement || document.activeElement === document.body;
  const fault = submitted ? document.querySelector('main form [aria-invalid=true]') : null;
  path = location.pathname;
  submitted = false;
  if (document.querySelector('dialog[open]')) return;
  if (fault) fault.focus();
  else if (isOther || isLost) focusHeading();
}

function focusHeading() {
  const heading = document.querySelector('main h1');
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function showToasts() {
  for (const toast of document.querySelectorAll('[data-toast]')) setTimeout(() => toast.remove(), toastTime);
}
