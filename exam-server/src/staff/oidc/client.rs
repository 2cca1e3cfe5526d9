//! What is asked of providers: discovery, keys, the code for a token. No token and no secret is ever logged.

use super::claims::{Extra, SignedOn, texts};
use super::line::Line;
use super::logout_token::{self, Judge, LoggedOut};
use super::on_the_way::OnTheWay;
use crate::config::{Config, Provider};
use anyhow::{Context, Result, ensure};
use exam_protocol::route;
use exam_protocol::time::{Millis, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AuthenticationContextClass, AuthorizationCode, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken, IdTokenFields,
    IdTokenVerifier, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse,
};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Discovery document and keys are fetched again after so long.
const FRESH: Millis = Millis::minutes(60);

/// When a signature fits no key the keys are fetched again, but not more often than this.
const ROTATION: Millis = Millis::seconds(30);

type ExamClient = Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<
        IdTokenFields<
            Extra,
            EmptyExtraTokenFields,
            CoreGenderClaim,
            CoreJweContentEncryptionAlgorithm,
            CoreJwsSigningAlgorithm,
        >,
        CoreTokenType,
    >,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The token of a login.
type LoginToken = IdToken<Extra, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// Why a provider could not be used. Holds no token and nothing of a person.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// No answer, or one that is none.
    #[error("the provider can't be used: {0}")]
    Provider(String),
    /// The token is not what it should be.
    #[error("the provider's token was refused: {0}")]
    Token(String),
}

/// A provider with what was fetched from it.
pub struct SignOn {
    /// Its settings.
    pub settings: Provider,
    secret: ClientSecret,
    base: String,
    line: Line,
    fetched: Mutex<Option<(Arc<ProviderMetadataWithLogout>, Timestamp)>>,
}

/// All providers.
#[derive(Default)]
pub struct SignOns(Vec<SignOn>);

impl SignOns {
    /// Reads secrets and certificates. Asks no provider yet: one that is away must not keep the server from starting.
    ///
    /// # Errors
    /// Names the file that is missing or broken.
    pub fn start(config: &Config) -> Result<Self> {
        let base = config.http.public_url.as_deref().unwrap_or_default();
        let all = config
            .oidc
            .provider
            .iter()
            .map(|settings| SignOn::start(settings, base.trim_end_matches('/')));
        Ok(Self(all.collect::<Result<_>>()?))
    }

    /// The provider of this short name.
    pub fn get(&self, id: &str) -> Option<&SignOn> {
        self.0.iter().find(|one| one.settings.id == id)
    }

    /// All of them.
    pub fn all(&self) -> &[SignOn] {
        &self.0
    }
}

impl SignOn {
    fn start(settings: &Provider, base: &str) -> Result<Self> {
        let file = &settings.client_secret_file;
        let secret = std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
        let secret = secret.trim().to_owned();
        ensure!(!secret.is_empty(), "{}: the file is empty", file.display());
        Ok(Self {
            settings: settings.clone(),
            secret: ClientSecret::new(secret),
            base: base.to_owned(),
            line: Line::to(settings)?,
            fetched: Mutex::default(),
        })
    }

    /// Discovery document and keys; fetched again when they are older than `oldest`.
    async fn metadata(
        &self,
        now: Timestamp,
        oldest: Millis,
    ) -> Result<Arc<ProviderMetadataWithLogout>, Failed> {
        let mut fetched = self.fetched.lock().await;
        if let Some((metadata, at)) = fetched.as_ref()
            && now - *at < oldest
        {
            return Ok(metadata.clone());
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|_| Failed::Provider("the issuer is no address".into()))?;
        let metadata = ProviderMetadataWithLogout::discover_async(issuer, &self.line)
            .await
            .map_err(|error| Failed::Provider(error.to_string()))?;
        let metadata = Arc::new(metadata);
        *fetched = Some((metadata.clone(), now));
        Ok(metadata)
    }

    fn address(&self, path: &str) -> String {
        format!("{}{}", self.base, path.replace("{provider}", &self.settings.id))
    }

    fn client(&self, metadata: &ProviderMetadataWithLogout) -> ExamClient {
        ExamClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            Some(self.secret.clone()),
        )
    }

    fn redirect(&self) -> Result<RedirectUrl, Failed> {
        RedirectUrl::new(self.address(route::SINGLE_SIGN_ON_CALLBACK))
            .map_err(|_| Failed::Provider("http.public_url is no address".into()))
    }

    /// Where the browser goes to log in.
    ///
    /// # Errors
    /// When the provider can't be reached.
    pub async fn login_address(&self, login: &OnTheWay, now: Timestamp) -> Result<String, Failed> {
        let metadata = self.metadata(now, FRESH).await?;
        let client = self.client(&metadata).set_redirect_uri(self.redirect()?);
        let verifier = PkceCodeVerifier::new(login.verifier());
        let (state, nonce) = (login.state(), login.nonce());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for class in &self.settings.second_factor_acr {
            request = request.add_auth_context_value(AuthenticationContextClass::new(class.clone()));
        }
        Ok(request.url().0.to_string())
    }

    /// Takes the code to the provider and verifies the id token that comes back.
    ///
    /// # Errors
    /// When the provider refuses, or its token is not what it should be.
    pub async fn redeem(&self, login: &OnTheWay, code: String, now: Timestamp) -> Result<SignedOn, Failed> {
        let metadata = self.metadata(now, FRESH).await?;
        let client = self.client(&metadata).set_redirect_uri(self.redirect()?);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Failed::Provider(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(login.verifier()))
            .request_async(&self.line)
            .await
            .map_err(|error| Failed::Provider(redeemed(&error)))?;
        let token = answer
            .id_token()
            .ok_or_else(|| Failed::Token("there is none".into()))?;
        let nonce = Nonce::new(login.nonce());
        let verifier = self.verifier(&metadata)?;
        if token.signing_key(&verifier).is_ok() {
            return self.signed_on(token, &answer, &verifier, &nonce);
        }
        // The provider has new keys.
        let metadata = self.metadata(now, ROTATION).await?;
        self.signed_on(token, &answer, &self.verifier(&metadata)?, &nonce)
    }

    fn signed_on<T>(
        &self,
        token: &LoginToken,
        answer: &T,
        verifier: &IdTokenVerifier<'_, CoreJsonWebKey>,
        nonce: &Nonce,
    ) -> Result<SignedOn, Failed>
    where
        T: OAuth2TokenResponse,
    {
        let wrong = |error: &dyn std::fmt::Display| Failed::Token(error.to_string());
        let claims = token.claims(verifier, nonce).map_err(|error| wrong(&error))?;
        let party = claims.authorized_party();
        if party.is_some_and(|party| party.as_str() != self.settings.client_id) {
            return Err(Failed::Token("it is for another party".into()));
        }
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|error| wrong(&error))?;
            let key = token.signing_key(verifier).map_err(|error| wrong(&error))?;
            let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
                .map_err(|error| wrong(&error))?;
            if actual != *expected {
                return Err(Failed::Token("at_hash does not fit".into()));
            }
        }
        let all = serde_json::to_value(claims).map_err(|error| wrong(&error))?;
        let text = |name: &str| all.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        Ok(SignedOn {
            subject: claims.subject().as_str().to_owned(),
            sid: text("sid"),
            display_name: text("name").unwrap_or_default(),
            name: text(&self.settings.name_claim),
            amr: texts(all.get("amr")),
            acr: text("acr"),
            values: texts(all.get(&self.settings.role_claim)),
        })
    }

    /// What a provider may sign with.
    fn algorithms(&self) -> Result<Vec<CoreJwsSigningAlgorithm>, Failed> {
        let names = self.settings.algorithms.iter();
        names
            .map(|name| serde_json::from_value(serde_json::Value::String(name.clone())))
            .collect::<Result<_, _>>()
            .map_err(|_| Failed::Provider("oidc.provider.algorithms".into()))
    }

    fn verifier(
        &self,
        metadata: &ProviderMetadataWithLogout,
    ) -> Result<IdTokenVerifier<'static, CoreJsonWebKey>, Failed> {
        Ok(IdTokenVerifier::new_confidential_client(
            ClientId::new(self.settings.client_id.clone()),
            self.secret.clone(),
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs(self.algorithms()?))
    }

    /// Where the browser goes to log out at the provider too; none when it has no such page.
    ///
    /// # Errors
    /// When the provider can't be reached.
    pub async fn logout_address(&self, now: Timestamp) -> Result<Option<String>, Failed> {
        let metadata = self.metadata(now, FRESH).await?;
        let Some(page) = metadata.additional_metadata().end_session_endpoint.clone() else {
            return Ok(None);
        };
        let back = PostLogoutRedirectUrl::new(self.address(route::CONSOLE_PAGE))
            .map_err(|_| Failed::Provider("http.public_url is no address".into()))?;
        let request = LogoutRequest::from(page)
            .set_client_id(ClientId::new(self.settings.client_id.clone()))
            .set_post_logout_redirect_uri(back);
        Ok(Some(request.http_get_url().to_string()))
    }

    /// Verifies a logout token.
    ///
    /// # Errors
    /// When it is not what it should be, or the provider's keys can't be fetched.
    pub async fn logged_out(&self, token: &str, now: Timestamp) -> Result<LoggedOut, Failed> {
        let metadata = self.metadata(now, FRESH).await?;
        if let Ok(out) = self.judged(token, &metadata, now) {
            return Ok(out);
        }
        // Perhaps the provider has new keys.
        let metadata = self.metadata(now, ROTATION).await?;
        self.judged(token, &metadata, now)
    }

    fn judged(
        &self,
        token: &str,
        metadata: &ProviderMetadataWithLogout,
        now: Timestamp,
    ) -> Result<LoggedOut, Failed> {
        let judge = Judge {
            issuer: metadata.issuer().as_str(),
            client_id: &self.settings.client_id,
            keys: metadata.jwks().keys(),
            algorithms: &self.algorithms()?,
        };
        logout_token::verify(token, &judge, now).map_err(|why| Failed::Token(format!("it {why}")))
    }
}

/// Why a code was not redeemed, without what the provider wrote: it may repeat what was sent.
fn redeemed<E, T>(error: &openidconnect::RequestTokenError<E, T>) -> String
where
    E: std::error::Error + 'static,
    T: openidconnect::ErrorResponse,
{
    use openidconnect::RequestTokenError::{Other, Parse, Request, ServerResponse};
    match error {
        ServerResponse(_) => "the code was refused".into(),
        Request(error) => error.to_string(),
        Parse(..) => "the answer can't be read".into(),
        Other(text) => text.clone(),
    }
}
