// The command palette: Ctrl+K or /, then a few letters, arrows and Enter.
const delay = 150;

export function startPalette() {
  document.addEventListener('keydown', event => {
    const isTyping = event.target.closest?.('input, textarea, select, [contenteditable]');
    if ((event.key === 'k' && (event.ctrlKey || event.metaKey)) || (event.key === '/' && !isTyping)) {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener('click', event => {
    if (event.target.closest('[data-open-palette]')) open();
  });
}

function open() {
  const palette = document.getElementById('palette');
  if (!palette || palette.open) return;
  const input = palette.querySelector('input');
  input.value = '';
  input.oninput = () => searchLater(palette, input.value);
  palette.onkeydown = event => move(palette, event);
  palette.onclick = event => { if (event.target.closest('a')) palette.close(); };
  palette.showModal();
  search(palette, '');
}

function searchLater(palette, text) {
  clearTimeout(palette.timer);
  palette.timer = setTimeout(() => search(palette, text), delay);
}

async function search(palette, text) {
  const response = await fetch(`${palette.dataset.search}?q=${encodeURIComponent(text)}`);
  if (!response.ok || palette.querySelector('input').value !== text) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  palette.querySelector('[data-results]').replaceChildren(...page.getElementById('results').childNodes);
}

// Arrows walk through the field and what was found; Enter in the field takes the first.
function move(palette, event) {
  const stops = [palette.querySelector('input'), ...palette.querySelectorAll('[data-results] a')];
  const at = stops.indexOf(document.activeElement);
  if (event.key === 'Enter' && at === 0) {
    event.preventDefault();
    stops[1]?.click();
  }
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  stops[Math.max(0, Math.min(stops.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))].focus();
}
