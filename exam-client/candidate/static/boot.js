// Loads the page's module. A file of its own, so that the content security policy needs no inline script.
import init from './app.js';

const opening = document.getElementById('opening');
init({ module_or_path: new URL('app_bg.wasm', import.meta.url) }).then(
  () => opening.remove(),
  () => {
    opening.setAttribute('role', 'alert');
    opening.textContent =
      'Không mở được trang thi. Hãy tải lại trang; nếu vẫn không được, giơ tay gọi giám thị. / ' +
      'The exam page could not be opened. Reload; if that does not help, raise your hand.';
  },
);
