//! Settings of single sign-on.

use anyhow::{Context, Result, ensure};
use exam_protocol::right::Grant;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Single sign-on. Off while there is no provider.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oidc {
    /// The providers.
    pub provider: Vec<Provider>,
}

/// What happens to a login that no member is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownSubject {
    /// It is refused.
    Refuse,
    /// A member is made, with the roles that the provider's claim gives.
    Create,
}

/// A role for whoever has a value in the claim.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// The value.
    pub value: String,
    /// The role and where it holds, `secretary@organisation:ID`.
    pub grant: String,
}

/// A provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Short name, part of addresses: small letters, digits, `-`.
    pub id: String,
    /// Name on the button.
    pub name: String,
    /// The issuer, `https://…`, exactly as its discovery document names it.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// File with our secret there.
    pub client_secret_file: PathBuf,
    /// Certificates (PEM) of the CA behind the provider's TLS; the machine's own without it.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// Scopes to ask for beside `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The claim that role rules look at.
    #[serde(default = "role_claim")]
    pub role_claim: String,
    /// Which values give which role.
    #[serde(default)]
    pub role: Vec<RoleRule>,
    /// What happens to logins that no member is tied to.
    #[serde(default = "refuse")]
    pub unknown: UnknownSubject,
    /// Where members work who are made; made if there is none of this name.
    #[serde(default)]
    pub organisation: Option<String>,
    /// The claim that login names of new members are taken from.
    #[serde(default = "name_claim")]
    pub name_claim: String,
    /// Values of `amr` (RFC 8176) that stand for a second factor.
    #[serde(default = "amr")]
    pub second_factor_amr: Vec<String>,
    /// Values of `acr` that stand for a second factor; also asked for.
    #[serde(default)]
    pub second_factor_acr: Vec<String>,
    /// Signature algorithms of tokens.
    #[serde(default = "algorithms")]
    pub algorithms: Vec<String>,
}

fn role_claim() -> String {
    "groups".into()
}

fn name_claim() -> String {
    "preferred_username".into()
}

fn refuse() -> UnknownSubject {
    UnknownSubject::Refuse
}

fn amr() -> Vec<String> {
    ["mfa", "otp", "hwk", "swk"].map(str::to_owned).into()
}

fn algorithms() -> Vec<String> {
    ["RS256", "ES256"].map(str::to_owned).into()
}

/// What tokens may be signed with: nothing with a shared secret, nothing without a signature.
const ALGORITHMS: [&str; 8] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
];

impl Oidc {
    /// The provider of this short name.
    pub fn provider(&self, id: &str) -> Option<&Provider> {
        self.provider.iter().find(|one| one.id == id)
    }

    /// Refuses what can't work or is not safe, and takes paths as relative to a folder.
    ///
    /// # Errors
    /// Names the setting.
    pub fn settle(&mut self, folder: &Path, public_url: Option<&str>) -> Result<()> {
        let mut seen = BTreeSet::new();
        for provider in &mut self.provider {
            provider
                .check()
                .with_context(|| format!("[[oidc.provider]] id = \"{}\"", provider.id))?;
            ensure!(
                seen.insert(provider.id.clone()),
                "oidc.provider.id = \"{}\": two providers of this name",
                provider.id
            );
            provider.client_secret_file = folder.join(&provider.client_secret_file);
            provider.ca = provider.ca.as_ref().map(|path| folder.join(path));
        }
        ensure!(
            self.provider.is_empty() || public_url.is_some_and(|url| url.starts_with("https://")),
            "http.public_url: single sign-on needs the address under which browsers reach the server, https://…"
        );
        Ok(())
    }
}

impl Provider {
    fn check(&self) -> Result<()> {
        let short = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        ensure!(
            (1..=32).contains(&self.id.len()) && self.id.chars().all(short),
            "id: 1 to 32 small letters, digits, -"
        );
        ensure!(self.issuer.starts_with("https://"), "issuer: https:// only");
        ensure!(
            self.unknown == UnknownSubject::Refuse || self.organisation.is_some(),
            "organisation: unknown = \"create\" needs to know where new members work"
        );
        ensure!(!self.algorithms.is_empty(), "algorithms: at least one");
        for one in &self.algorithms {
            ensure!(
                ALGORITHMS.contains(&one.as_str()),
                "algorithms: \"{one}\" is none of {ALGORITHMS:?}"
            );
        }
        self.grants().map(|_| ())
    }

    /// The values with their roles.
    ///
    /// # Errors
    /// Names the rule that is malformed.
    pub fn grants(&self) -> Result<Vec<(String, Grant)>> {
        self.role
            .iter()
            .map(|rule| {
                let grant = rule
                    .grant
                    .parse()
                    .with_context(|| format!("role: grant = \"{}\"", rule.grant))?;
                Ok((rule.value.clone(), grant))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(more: &str) -> Result<Oidc> {
        let text = format!(
            "[[provider]]\nid = \"so\"\nname = \"Sở\"\nissuer = \"https://sso.example\"\nclient_id = \"thi\"\n\
             client_secret_file = \"s\"\n{more}"
        );
        let source = config::File::from_str(&text, config::FileFormat::Toml);
        let mut oidc: Oidc = config::Config::builder()
            .add_source(source)
            .build()?
            .try_deserialize()?;
        oidc.settle(Path::new("/etc/exam"), Some("https://thi.example"))?;
        Ok(oidc)
    }

    #[test]
    fn refuses_what_is_not_safe() {
        let oidc = settled("").unwrap();
        assert_eq!(oidc.provider[0].client_secret_file, Path::new("/etc/exam/s"));
        assert_eq!(oidc.provider[0].unknown, UnknownSubject::Refuse);
        for wrong in [
            "algorithms = [\"HS256\"]",
            "algorithms = [\"none\"]",
            "unknown = \"create\"",
            "role = [{ value = \"x\", grant = \"root@installation\" }]",
            "role = [{ value = \"x\", grant = \"secretary@exam\" }]",
        ] {
            assert!(settled(wrong).is_err(), "{wrong}");
        }
        let mut plain = oidc.clone();
        plain.provider[0].issuer = "http://sso.example".into();
        assert!(plain.settle(Path::new("/"), Some("https://thi.example")).is_err());
        assert!(oidc.clone().settle(Path::new("/"), None).is_err());
        let mut twice = oidc.clone();
        twice.provider.push(oidc.provider[0].clone());
        assert!(twice.settle(Path::new("/"), Some("https://thi.example")).is_err());
    }
}
