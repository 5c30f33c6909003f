// Inputs that search as somebody types: comboboxes with a list, as WAI-ARIA describes them. The page that takes the
// form also understands a name or a code, so without this script they are plain inputs.
const delay = 150;

export function startComboboxes() {
  document.addEventListener('focusin', event => {
    if (event.target.matches('[data-choices]')) describe(event.target);
  });
  document.addEventListener('focusout', event => {
    if (event.target.matches('[data-choices]')) close(event.target);
  });
  document.addEventListener('input', event => {
    if (!event.target.matches('[data-choices]') || event.detail === 'chosen') return;
    delete event.target.dataset.id;
    searchLater(event.target);
  });
  document.addEventListener('keydown', event => {
    if (event.target.matches?.('[data-choices]')) press(event.target, event);
  });
  // Before the input would lose the focus.
  document.addEventListener('mousedown', event => {
    const option = event.target.closest('.combobox [role=option]');
    if (!option) return;
    event.preventDefault();
    choose(option.closest('.combobox').querySelector('[data-choices]'), option);
  });
  // The form sends the id of what was chosen, not the words that people see.
  document.addEventListener('formdata', event => {
    for (const input of event.target.querySelectorAll('[data-choices][name]')) {
      if (input.dataset.id && input.value === input.dataset.text) event.formData.set(input.name, input.dataset.id);
    }
  });
  Blazor.addEventListener('enhancedload', describeAll);
  describeAll();
}

function describeAll() {
  for (const input of document.querySelectorAll('[data-choices]')) describe(input);
}

function describe(input) {
  if (input.getAttribute('role') === 'combobox') return;
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', listOf(input).id);
  input.setAttribute('aria-expanded', 'false');
}

function listOf(input) {
  return input.closest('.combobox').querySelector('[role=listbox]');
}

function searchLater(input) {
  clearTimeout(input.searchTimer);
  input.searchTimer = setTimeout(() => search(input), delay);
}

async function search(input) {
  const text = input.dataset.id && input.value === input.dataset.text ? '' : input.value;
  const address = new URL(input.dataset.choices, location.origin);
  address.searchParams.set('q', text);
  const response = await fetch(address, { headers: { Accept: 'text/html' } });
  if (!response.ok || document.activeElement !== input) return;
  const part = new DOMParser().parseFromString(await response.text(), 'text/html');
  const list = listOf(input);
  list.replaceChildren(...part.querySelectorAll('[role=option]'));
  for (const [index, option] of [...list.children].entries()) option.id = `${list.id}-${index}`;
  list.hidden = list.children.length === 0;
  input.setAttribute('aria-expanded', String(!list.hidden));
  input.removeAttribute('aria-activedescendant');
  input.closest('.combobox').querySelector('[role=status]').textContent = part.querySelector('p').textContent;
}

function press(input, event) {
  const list = listOf(input);
  const options = [...list.children];
  const at = options.findIndex(option => option.getAttribute('aria-selected') === 'true');
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    if (list.hidden) search(input);
    else mark(input, options, at + (event.key === 'ArrowDown' ? 1 : -1));
  } else if (event.key === 'Enter' && !list.hidden && at >= 0) {
    event.preventDefault();
    choose(input, options[at]);
  } else if (event.key === 'Escape' && !list.hidden) {
    event.preventDefault();
    close(input);
  }
}

// Past either end, the input itself is next.
function mark(input, options, index) {
  const next = index < -1 ? options.length - 1 : index;
  for (const option of options) option.setAttribute('aria-selected', String(option === options[next]));
  options[next]?.scrollIntoView({ block: 'nearest' });
  if (options[next]) input.setAttribute('aria-activedescendant', options[next].id);
  else input.removeAttribute('aria-activedescendant');
}

function choose(input, option) {
  input.value = option.dataset.text;
  Object.assign(input.dataset, { id: option.dataset.id, text: option.dataset.text });
  close(input);
  input.dispatchEvent(new CustomEvent('input', { bubbles: true, detail: 'chosen' }));
}

function close(input) {
  clearTimeout(input.searchTimer);
  listOf(input).hidden = true;
  input.setAttribute('aria-expanded', 'false');
  input.removeAttribute('aria-activedescendant');
}
