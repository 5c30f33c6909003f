// What a page rendered by the server cannot do itself. Pages work without it, but for copying and adding rows.
import { startComboboxes } from './combobox.js';
import { startFocus } from './focus.js';
import { startForms } from './forms.js';
import { startGuard } from './guard.js';
import { startPalette } from './palette.js';
import { startUploads } from './upload.js';

document.addEventListener('click', event => {
  const copy = event.target.closest('[data-copy]');
  if (copy) {
    navigator.clipboard.writeText(copy.dataset.copy).then(() => confirm(copy));
    return;
  }
  if (event.target.closest('[data-theme-switch]')) {
    const dark = getComputedStyle(document.documentElement).colorScheme === 'dark'
      || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
    const theme = dark ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  }
});

function confirm(button) {
  const label = button.textContent;
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = label; }, 1500);
}

startGuard();
startForms();
startComboboxes();
startFocus();
startPalette();
startUploads();
