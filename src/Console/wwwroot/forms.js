// Forms: codes proposed from names, rows, confirmation by name, and parts that follow while typing.
import { guard } from './guard.js';

const liveDelay = 300;
const phone = matchMedia('(max-width: 700px)');
let formula = null;

export function startForms() {
  document.addEventListener('input', event => {
    const form = event.target.form;
    if (!form) return;
    proposeCode(event.target);
    if (form.matches('[data-live]')) followLater(form);
  });
  document.addEventListener('change', event => {
    const all = event.target.closest('[data-check-all]');
    if (all) checkAll(all);
  });
  document.addEventListener('focusin', event => {
    if (event.target.matches('textarea.code')) formula = event.target;
  });
  document.addEventListener('click', event => {
    const add = event.target.closest('[data-add-row]');
    if (add) addRow(add);
    const insert = event.target.closest('[data-insert]');
    if (insert) insertName(insert);
    const remove = event.target.closest('[data-remove-row]');
    if (remove) removeRow(remove);
  });
  document.addEventListener('submit', event => {
    const typed = event.target.querySelector('[data-must-be]');
    if (typed) {
      typed.setCustomValidity(typed.value === typed.dataset.mustBe ? '' : `Type ${typed.dataset.mustBe}.`);
      typed.addEventListener('input', () => typed.setCustomValidity(''), { once: true });
      if (!typed.reportValidity()) {
        event.preventDefault();
        return;
      }
    }
    // The next page is merged into this one: an open dialog would vanish, but still keep everything else from clicks.
    event.target.closest('dialog')?.close();
  }, true);
  phone.addEventListener('change', fitToPhone);
  Blazor.addEventListener('enhancedload', startPage);
  startPage();
}

// What a new page brings: parts that are asked for again.
function startPage() {
  fitToPhone();
  // A dialog whose action was refused comes back open.
  for (const dialog of document.querySelectorAll('dialog[open]:not(:modal)')) {
    dialog.close();
    dialog.showModal();
  }
  const part = document.querySelector('[data-refresh]');
  if (part && !part.dataset.started) {
    part.dataset.started = 'true';
    setTimeout(() => refresh(part), Number(part.dataset.refresh));
  }
}

// What would fill the screen of a phone is open only on larger ones. A fault stays in sight.
function fitToPhone() {
  for (const box of document.querySelectorAll('[data-closed-on-phones]')) {
    box.open = !phone.matches || box.querySelector('[aria-invalid=true]') !== null;
  }
}

async function refresh(part) {
  if (!part.isConnected) return;
  // Somebody who reads a question keeps it.
  if (part.querySelector('dialog[open]')) {
    setTimeout(() => refresh(part), Number(part.dataset.refresh));
    return;
  }
  const response = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (response.ok) replaceParts(await response.text(), `#${part.id}`);
  startPage();
}

// Rows that cannot be selected stay as they are.
function checkAll(all) {
  const boxes = all.closest('table').querySelectorAll(`input[name="${CSS.escape(all.dataset.checkAll)}"]:enabled`);
  for (const box of boxes) box.checked = all.checked;
}

// Writes a name into the formula that was edited last.
function insertName(button) {
  const target = formula?.isConnected ? formula : button.closest('form')?.querySelector('textarea.code');
  if (!target) return;
  target.setRangeText(button.dataset.insert, target.selectionStart, target.selectionEnd, 'end');
  target.focus();
  target.dispatchEvent(new Event('input', { bubbles: true }));
}

function proposeCode(input) {
  if (input.dataset.codeOf) delete input.dataset.codeOf;
  for (const code of input.form.querySelectorAll(`[data-code-of="${CSS.escape(input.name)}"]`)) {
    code.value = input.value.trim().toLowerCase().normalize('NFD').replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '')
      .slice(0, 80);
  }
}

function addRow(button) {
  const rows = button.closest('[data-rows]');
  const number = Number(button.dataset.addRow);
  button.dataset.addRow = number + 1;
  const row = rows.querySelector(':scope > template').content.cloneNode(true);
  for (const part of row.querySelectorAll('[id], [name], [for], [aria-describedby], [data-code-of]')) {
    for (const name of ['id', 'name', 'for', 'aria-describedby', 'data-code-of']) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replace('[NUMBER]', `[${number}]`));
    }
  }
  button.before(row);
  button.previousElementSibling.querySelector('input, select, textarea')?.focus();
  button.form.dispatchEvent(new Event('rowsChanged'));
}

function removeRow(button) {
  const form = button.form;
  const rows = button.closest('[data-rows]');
  button.closest('.row').remove();
  rows.querySelector(':scope > [data-add-row]').focus();
  if (form.matches('[data-guard]')) guard(form);
  if (form.matches('[data-live]')) followLater(form);
}

function followLater(form) {
  clearTimeout(form.liveTimer);
  form.liveTimer = setTimeout(() => follow(form), liveDelay);
}

// Sends the form as it stands, marked so that nothing is saved, and takes over the parts that follow.
async function follow(form) {
  const values = new FormData(form);
  values.set('_live', '1');
  form.liveRequest?.abort();
  form.liveRequest = new AbortController();
  try {
    const response = await fetch(form.action || location.href, {
      method: 'POST', body: new URLSearchParams(values), signal: form.liveRequest.signal,
      headers: { Accept: 'text/html' },
    });
    replaceParts(await response.text(), '[data-live-part]');
  } catch (failure) {
    if (failure.name !== 'AbortError') throw failure;
  }
}

function replaceParts(html, selector) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const part of document.querySelectorAll(selector)) {
    const next = page.getElementById(part.id);
    if (next) part.replaceWith(next);
  }
}
