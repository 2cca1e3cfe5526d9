//! What an account is good for: whether it may log in, what its holder has to do first, how long sessions last. Plain rules.

use super::rights::{self, Place};
use super::store::Member;
use crate::config::{SecondFactorRule, Staff};
use exam_protocol::right::{Grant, Permission, Role};
use exam_protocol::staff::Duty;
use exam_protocol::time::{Millis, Timestamp};

/// An account as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Since when the password is in force.
    pub password_changed_at: Option<Timestamp>,
    /// Whether somebody else knows the password.
    pub password_given: bool,
    /// When it was made or last opened again.
    pub active_since: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// Since when it is closed.
    pub disabled_at: Option<Timestamp>,
    /// The newest login.
    pub last_login_at: Option<Timestamp>,
    /// From which address.
    pub last_login_address: Option<String>,
    /// The login before that.
    pub earlier_login_at: Option<Timestamp>,
    /// From which address.
    pub earlier_login_address: Option<String>,
    /// Whether it is an account for emergencies.
    pub break_glass: BreakGlass,
    /// Whether there is a passkey or TOTP secret.
    pub has_factor: bool,
}

/// A member with what proves who it is.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Who.
    pub member: Member,
    /// The account.
    pub account: Account,
    /// Hash of the password.
    pub password_hash: String,
}

/// Accounts for emergencies, whose sealed envelope is opened when nobody else can log in ("break-glass").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BreakGlass {
    /// A person's account.
    #[default]
    No,
    /// Good for one login.
    Armed,
    /// Used; a command arms it again.
    Used,
}

impl BreakGlass {
    /// From its column.
    pub fn of_column(text: Option<&str>) -> Self {
        match text {
            None => Self::No,
            Some("armed") => Self::Armed,
            Some(_) => Self::Used,
        }
    }

    /// As stored.
    pub const fn column(self) -> Option<&'static str> {
        match self {
            Self::No => None,
            Self::Armed => Some("armed"),
            Self::Used => Some("used"),
        }
    }
}

/// Why an account can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Somebody has closed it.
    Disabled,
    /// Its end date is over.
    Ended,
    /// Nobody has used it for too long; it is to be closed.
    Unused,
    /// An account for emergencies that was used.
    BreakGlassUsed,
}

impl Closed {
    /// As the audit names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Ended => "ended",
            Self::Unused => "unused",
            Self::BreakGlassUsed => "break-glass-used",
        }
    }
}

impl Account {
    /// Whether what was begun may go on: neither closed nor ended.
    ///
    /// # Errors
    /// Why not.
    pub fn open(&self, now: Timestamp) -> Result<(), Closed> {
        if self.disabled_at.is_some() {
            return Err(Closed::Disabled);
        }
        if self.ends_at.is_some_and(|end| end <= now) {
            return Err(Closed::Ended);
        }
        Ok(())
    }

    /// Whether its holder may log in. Accounts for emergencies do not age.
    ///
    /// # Errors
    /// Why not.
    pub fn may_log_in(&self, rules: &Staff, now: Timestamp) -> Result<(), Closed> {
        self.open(now)?;
        match self.break_glass {
            BreakGlass::Armed => return Ok(()),
            BreakGlass::Used => return Err(Closed::BreakGlassUsed),
            BreakGlass::No => {}
        }
        let used = self.last_login_at.max(self.active_since);
        let unused = used.is_some_and(|used| now - used > days(rules.unused_days));
        if unused { Err(Closed::Unused) } else { Ok(()) }
    }

    /// What has to be done before anything else. `strong` says whether the login itself came with a second factor, which a
    /// provider of single sign-on may have asked for.
    pub fn duties(&self, grants: &[Grant], strong: bool, rules: &Staff, now: Timestamp) -> Vec<Duty> {
        if self.break_glass != BreakGlass::No {
            return Vec::new();
        }
        let too_old = administers(grants)
            && self
                .password_changed_at
                .is_some_and(|at| now - at > days(rules.password_days_administrator));
        let mut duties = Vec::new();
        if self.password_given || too_old {
            duties.push(Duty::ChangePassword);
        }
        if rules.second_factor == SecondFactorRule::Required && !self.has_factor && !strong {
            duties.push(Duty::EnrolFactor);
        }
        duties
    }
}

/// Whether somebody administers the installation or a part of it.
pub fn administers(grants: &[Grant]) -> bool {
    grants.iter().any(|grant| grant.role == Role::Administrator)
}

/// After how long without an act a session locks itself.
pub fn idle_limit(grants: &[Grant], rules: &Staff) -> Millis {
    let minutes = if administers(grants) {
        rules.idle_minutes_administrator
    } else {
        rules.idle_minutes
    };
    Millis::minutes(minutes.into())
}

/// No session lasts longer.
pub const LONGEST_SESSION: Millis = Millis::minutes(16 * 60);

/// Whether a session of this age has ended. One does not end while a room that its holder sees is running, up to
/// [`LONGEST_SESSION`].
pub fn session_over(age: Millis, grants: &[Grant], rules: &Staff, running: &[Place]) -> bool {
    if age > LONGEST_SESSION {
        return true;
    }
    let sees = |place: &Place| rights::decide(grants, Permission::SeeRoom, place) == rights::Verdict::Allowed;
    age > rules.session_life() && !running.iter().any(sees)
}

fn days(days: u16) -> Millis {
    Millis::minutes(i64::from(days) * 24 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::right::Scope;

    const DAY: i64 = 24 * 60 * 60 * 1000;
    const NOW: Timestamp = Timestamp(1_000 * DAY);

    fn ago(days: i64) -> Timestamp {
        Timestamp(NOW.0 - days * DAY)
    }

    fn grants(role: Role) -> Vec<Grant> {
        vec![Grant {
            role,
            scope: Scope::Installation,
        }]
    }

    #[test]
    fn accounts_end_when_told_and_after_45_unused_days() {
        let rules = Staff::default();
        let used = |days| Account {
            last_login_at: Some(ago(days)),
            active_since: Some(ago(300)),
            ..Account::default()
        };
        assert_eq!(used(45).may_log_in(&rules, NOW), Ok(()));
        assert_eq!(used(46).may_log_in(&rules, NOW), Err(Closed::Unused));
        let new = Account {
            active_since: Some(ago(44)),
            ..Account::default()
        };
        assert_eq!(new.may_log_in(&rules, NOW), Ok(()));
        let ended = Account {
            ends_at: Some(NOW),
            ..used(1)
        };
        assert_eq!(ended.may_log_in(&rules, NOW), Err(Closed::Ended));
        let disabled = Account {
            disabled_at: Some(ago(0)),
            ..used(1)
        };
        assert_eq!(disabled.open(NOW), Err(Closed::Disabled));
    }

    #[test]
    fn an_emergency_account_does_not_age_and_is_good_once() {
        let rules = Staff::default();
        let account = |break_glass| Account {
            active_since: Some(ago(900)),
            break_glass,
            ..Account::default()
        };
        assert_eq!(account(BreakGlass::Armed).may_log_in(&rules, NOW), Ok(()));
        assert_eq!(account(BreakGlass::Armed).duties(&[], false, &rules, NOW), []);
        assert_eq!(
            account(BreakGlass::Used).may_log_in(&rules, NOW),
            Err(Closed::BreakGlassUsed)
        );
    }

    #[test]
    fn duties_follow_from_password_and_factors() {
        let rules = Staff::default();
        let fresh = Account {
            password_given: true,
            password_changed_at: Some(ago(0)),
            ..Account::default()
        };
        assert_eq!(
            fresh.duties(&[], false, &rules, NOW),
            [Duty::ChangePassword, Duty::EnrolFactor]
        );
        let old = Account {
            password_changed_at: Some(ago(61)),
            has_factor: true,
            ..Account::default()
        };
        assert_eq!(old.duties(&grants(Role::Proctor1), false, &rules, NOW), []);
        assert_eq!(
            old.duties(&grants(Role::Administrator), false, &rules, NOW),
            [Duty::ChangePassword]
        );
        let optional = Staff {
            second_factor: SecondFactorRule::Optional,
            ..rules
        };
        assert_eq!(Account::default().duties(&[], false, &optional, NOW), []);
        assert_eq!(Account::default().duties(&[], true, &Staff::default(), NOW), []);
    }

    #[test]
    fn sessions_rest_less_at_administrators_and_none_ends_in_a_running_room() {
        let rules = Staff::default();
        assert_eq!(idle_limit(&grants(Role::Proctor1), &rules), Millis::minutes(15));
        assert_eq!(
            idle_limit(&grants(Role::Administrator), &rules),
            Millis::minutes(5)
        );
        let hours = |hours: i64| Millis::minutes(60 * hours);
        let room = [Place::default()];
        let over = |age, running: &[Place]| session_over(age, &grants(Role::SiteLead), &rules, running);
        assert!(!over(hours(12), &[]) && over(hours(13), &[]));
        assert!(!over(hours(13), &room) && over(hours(17), &room));
        assert!(
            session_over(hours(13), &[], &rules, &room),
            "somebody else's room"
        );
    }
}
