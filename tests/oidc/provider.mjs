// An OpenID provider for tests: oidc-provider over TLS on loopback, with accounts from a file and a login form of its own.
// Usage: node provider.mjs SETTINGS.json; prints "ready" when it listens. The packages lie in the folder `modules` of the
// settings, outside of the sources.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { default: Provider } = await import(pathToFileURL(join(settings.modules, 'oidc-provider/lib/index.js')));
const issuer = `https://localhost:${settings.port}`;

const findAccount = (_, id) => {
  const account = settings.accounts[id];
  return account && { accountId: id, claims: () => ({ sub: id, ...account.claims }) };
};

const provider = new Provider(issuer, {
  clients: [{
    client_id: settings.client_id,
    client_secret: settings.client_secret,
    redirect_uris: [settings.redirect_uri],
    post_logout_redirect_uris: [settings.post_logout_redirect_uri],
    backchannel_logout_uri: settings.backchannel_logout_uri,
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  jwks: { keys: settings.keys },
  cookies: { keys: [settings.cookie_key] },
  claims: { openid: ['sub', 'sid', 'amr', 'acr'], profile: ['name', 'preferred_username', 'groups'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true, methods: ['S256'] },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
  },
  interactions: { url: (_, interaction) => `/login/${interaction.uid}` },
  findAccount,
  // The office's own application: nobody is asked whether it may know the name.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
});

// Logout tokens may name the session alone (OpenID Connect Back-Channel Logout 1.0, section 2.4).
if (settings.logout_names_session_alone) {
  const { payload } = provider.IdToken.prototype;
  provider.IdToken.prototype.payload = async function withoutSubject() {
    const { sub, ...others } = await payload.call(this);
    return others.events ? others : { sub, ...others };
  };
}

const form = '<!doctype html><title>Login</title><form method="post"><input name="login"><input name="password" type="password">'
  + '<input name="code"><button>Login</button></form>';

async function body(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

async function login(request, response) {
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html');
    response.end(form);
    return;
  }
  const typed = await body(request);
  const account = settings.accounts[typed.get('login')];
  if (!account || account.password !== typed.get('password')) {
    response.statusCode = 401;
    response.end('wrong');
    return;
  }
  const amr = typed.get('code') ? ['pwd', 'otp', 'mfa'] : ['pwd'];
  await provider.interactionFinished(request, response, { login: { accountId: typed.get('login'), amr } });
}

for (const event of ['server_error', 'backchannel.error', 'grant.error', 'authorization.error']) {
  provider.on(event, (...all) => console.error(event, all.find((one) => one instanceof Error)?.message));
}

const files = { cert: readFileSync(settings.certificate), key: readFileSync(settings.key) };
const callback = provider.callback();
createServer(files, (request, response) => {
  const handled = request.url.startsWith('/login/') ? login(request, response) : callback(request, response);
  Promise.resolve(handled).catch((error) => {
    console.error(error.message);
    response.statusCode = 500;
    response.end();
  });
}).listen(settings.port, '127.0.0.1', () => console.log('ready'));
