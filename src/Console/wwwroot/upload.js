// Files: the form asks for a URL, and the browser sends the file there itself, with progress.
export function startUploads() {
  document.addEventListener('submit', event => {
    const form = event.target;
    if (!form.matches('[data-upload]')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.reportValidity()) upload(form);
  }, true);
}

async function upload(form) {
  const file = form.querySelector('[data-upload-file]').files[0];
  const button = form.querySelector('button[type=submit]');
  form.elements.FileName.value = file.name;
  form.elements.FileLength.value = file.size;
  button.disabled = true;
  say(form, '');
  try {
    const response = await fetch(location.href, {
      method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'text/html' },
    });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const ticket = page.querySelector('[data-upload-ticket]');
    if (!ticket) {
      say(form, page.querySelector('[data-upload-part] [role=alert]')?.textContent ?? 'The file was refused.');
      return;
    }
    await send(form, file, ticket.dataset);
    location.href = ticket.dataset.next;
  } catch (failure) {
    say(form, failure.message);
  } finally {
    button.disabled = false;
  }
}

function send(form, file, ticket) {
  const field = form.querySelector('[data-upload-progress]');
  const progress = field.querySelector('progress');
  field.hidden = false;
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open('PUT', ticket.url);
    for (const [name, value] of Object.entries(JSON.parse(ticket.headers))) {
      // The browser sets the length itself.
      if (!/^(content-length|host)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = event => { progress.value = event.loaded * 100 / event.total; };
    request.onload = () => (request.status < 300 ? done() : fail(new Error(messageOf(request))));
    request.onerror = () => fail(new Error('The connection broke. Try again.'));
    request.onloadend = () => { field.hidden = true; };
    request.send(file);
  });
}

function messageOf(request) {
  try {
    return JSON.parse(request.responseText).message;
  } catch {
    return `The server refused the file (${request.status}).`;
  }
}

function say(form, message) {
  const part = form.querySelector('[data-upload-part]');
  part.replaceChildren();
  if (!message) return;
  const alert = document.createElement('p');
  alert.className = 'alert';
  alert.setAttribute('role', 'alert');
  alert.textContent = message;
  part.append(alert);
}
