// Loads the page's module. A file of its own, so that the content security policy needs no inline script.
import init from './app.js';

init({ module_or_path: new URL('app_bg.wasm', import.meta.url) }).catch(() => {
  const note = document.createElement('p');
  note.setAttribute('role', 'alert');
  note.textContent =
    'Không mở được trang. Hãy dùng Chrome/Edge từ 109 hoặc Firefox từ 115, rồi tải lại. / ' +
    'The page could not be opened. Use Chrome/Edge 109 or later, or Firefox 115 or later, and reload.';
  document.body.append(note);
});
