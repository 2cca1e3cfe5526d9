//! Settings of login: passwords, second factors, lock-out, sessions, ends of accounts.

use anyhow::{Result, ensure};
use exam_protocol::time::Millis;
use serde::Deserialize;

/// Whether everybody needs a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactorRule {
    /// Everybody: whoever has none enrols one before anything else.
    Required,
    /// Whoever has enrolled one has to show it.
    Optional,
}

/// Rules of login.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Staff {
    /// Whether everybody needs a second factor.
    pub second_factor: SecondFactorRule,
    /// Fewest characters of a password beside which a second factor stands.
    pub shortest_password: u16,
    /// Fewest characters of a password without a second factor; it needs four classes of characters too.
    pub shortest_password_alone: u16,
    /// How long an administrator's password is good for, in days.
    pub password_days_administrator: u16,
    /// How long a session may rest before it locks itself, in minutes.
    pub idle_minutes: u16,
    /// The same for administrators.
    pub idle_minutes_administrator: u16,
    /// How long a session lasts, in hours.
    pub session_hours: u16,
    /// How many sessions somebody may have; the oldest makes room.
    pub sessions: u16,
    /// How long a second factor that was shown is good for critical acts, in minutes.
    pub step_up_minutes: u16,
    /// How many failed logins lock a browser, or all unknown browsers at one address, out of an account.
    pub failures: u16,
    /// How many failed logins lock all unknown browsers out of an account.
    pub failures_everywhere: u16,
    /// How long a lock-out lasts, in minutes.
    pub lock_minutes: u16,
    /// After how many days without a login an account is closed.
    pub unused_days: u16,
    /// How long the session of an emergency account lasts, in minutes.
    pub break_glass_minutes: u16,
}

impl Default for Staff {
    fn default() -> Self {
        Self {
            second_factor: SecondFactorRule::Required,
            shortest_password: 12,
            shortest_password_alone: 14,
            password_days_administrator: 60,
            idle_minutes: 15,
            idle_minutes_administrator: 5,
            session_hours: 12,
            sessions: 5,
            step_up_minutes: 5,
            failures: 5,
            failures_everywhere: 50,
            lock_minutes: 720,
            unused_days: 45,
            break_glass_minutes: 60,
        }
    }
}

impl Staff {
    /// How long a session lasts.
    pub fn session_life(&self) -> Millis {
        Millis::minutes(i64::from(self.session_hours) * 60)
    }

    /// How long failed logins count.
    pub fn lock_time(&self) -> Millis {
        Millis::minutes(self.lock_minutes.into())
    }

    /// Refuses settings below what level 3 of TCVN 14423:2026 asks for.
    ///
    /// # Errors
    /// Names the setting and its bounds.
    pub fn check(&self) -> Result<()> {
        let bounds = [
            ("shortest_password", self.shortest_password, 8, 128),
            ("shortest_password_alone", self.shortest_password_alone, 14, 128),
            (
                "password_days_administrator",
                self.password_days_administrator,
                1,
                60,
            ),
            ("idle_minutes", self.idle_minutes, 1, 15),
            (
                "idle_minutes_administrator",
                self.idle_minutes_administrator,
                1,
                5,
            ),
            ("session_hours", self.session_hours, 1, 16),
            ("sessions", self.sessions, 1, 100),
            ("step_up_minutes", self.step_up_minutes, 1, 15),
            ("failures", self.failures, 1, 5),
            (
                "failures_everywhere",
                self.failures_everywhere,
                self.failures,
                1000,
            ),
            ("lock_minutes", self.lock_minutes, 1, 43_200),
            ("unused_days", self.unused_days, 1, 45),
            ("break_glass_minutes", self.break_glass_minutes, 5, 60),
        ];
        for (name, value, least, most) in bounds {
            ensure!(
                (least..=most).contains(&value),
                "staff.{name} = {value}: từ {least} đến {most} / between {least} and {most}"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_stand_and_weaker_rules_are_refused() {
        assert!(Staff::default().check().is_ok());
        let weak = Staff {
            failures: 6,
            ..Staff::default()
        };
        let said = weak.check().unwrap_err().to_string();
        assert!(said.contains("staff.failures = 6"), "{said}");
    }
}
