//! What a provider's claims mean here: who, which roles, whether a second factor was shown. Plain.

use crate::config::Provider;
use crate::staff::people::text::{login_name, shown_name};
use exam_protocol::right::Grant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Claims of an id token beside the standard ones.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Extra {
    /// All of them.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

impl openidconnect::AdditionalClaims for Extra {}

/// A verified login at a provider.
#[derive(Clone, Debug, Default)]
pub struct SignedOn {
    /// The `sub` claim.
    pub subject: String,
    /// The provider's own session, `sid`.
    pub sid: Option<String>,
    /// Name as shown; empty where the provider says none.
    pub display_name: String,
    /// Login name for a new member.
    pub name: Option<String>,
    /// `amr`.
    pub amr: Vec<String>,
    /// `acr`.
    pub acr: Option<String>,
    /// Values of the role claim.
    pub values: Vec<String>,
}

/// The texts of a claim: one, or a list.
pub fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

impl SignedOn {
    /// The roles that the provider's rules give, each once.
    pub fn grants(&self, rules: &[(String, Grant)]) -> Vec<Grant> {
        let mut grants = Vec::new();
        for (value, grant) in rules {
            if self.values.contains(value) && !grants.contains(grant) {
                grants.push(*grant);
            }
        }
        grants
    }

    /// Whether the provider asked for a second factor, by its own word.
    pub fn showed_second_factor(&self, provider: &Provider) -> bool {
        let by_method = self
            .amr
            .iter()
            .any(|one| provider.second_factor_amr.contains(one));
        let by_class = self
            .acr
            .as_ref()
            .is_some_and(|class| provider.second_factor_acr.contains(class));
        by_method || by_class
    }

    /// Login name and shown name for a new member; none when the provider gives no usable login name.
    pub fn names(&self) -> Option<(String, String)> {
        let name = login_name(self.name.as_deref()?)?;
        let display_name = shown_name(&self.display_name).unwrap_or_else(|| name.clone());
        Some((name, display_name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::right::{Role, Scope};
    use serde_json::json;

    #[test]
    fn values_give_roles_and_nothing_else_does() {
        let grant = |role| Grant {
            role,
            scope: Scope::Installation,
        };
        let rules = [
            ("thanh-tra".to_owned(), grant(Role::Inspector)),
            ("admins".to_owned(), grant(Role::Administrator)),
            ("kiem-tra".to_owned(), grant(Role::Inspector)),
        ];
        let signed_on = |values: &Value| SignedOn {
            values: texts(Some(values)),
            ..SignedOn::default()
        };
        let both = signed_on(&json!(["thanh-tra", "kiem-tra", "x"]));
        assert_eq!(both.grants(&rules), [grant(Role::Inspector)]);
        assert_eq!(
            signed_on(&json!("admins")).grants(&rules),
            [grant(Role::Administrator)]
        );
        for none in [
            json!(["admins "]),
            json!(["ADMINS"]),
            json!({"admins": true}),
            json!(7),
        ] {
            assert!(signed_on(&none).grants(&rules).is_empty(), "{none}");
        }
    }

    #[test]
    fn names_that_can_not_be_used_make_nobody() {
        let login = |name: Option<&str>| SignedOn {
            name: name.map(str::to_owned),
            ..SignedOn::default()
        };
        assert_eq!(login(Some("Lan@So")).names().unwrap().0, "lan@so");
        assert!(login(Some("nguyễn lan")).names().is_none());
        assert!(login(None).names().is_none());
    }
}
