//! Parts of the screens, one file each: values in, events out. They must hold no rules and keep no data of their own
//! beyond what is being typed.

mod person_menu;
mod language_switch;
mod problem_note;
mod modal;
mod header;
mod time_left;
mod live_banner;
mod board_table;
mod board_filter;
mod board_row;
mod verdict_chips;
mod verdict_list;
mod desk_panel;
mod station_choice;
mod scan_field;
mod reading_steps;
mod judged_card;
mod holder_table;
mod ticket_card;
mod waiting_list;
mod second_official;
mod dialogs;
mod action_dialog;
mod minutes_field;
mod candidate_dialog;
mod candidate_facts;
mod candidate_acts;
mod field;
mod frame;
mod account_changes;
mod factor_form;
mod lock;
mod step_up;
mod qr_code;
mod enrol;
mod password_form;
mod ask_reason;
mod propose;
mod pager;
mod start_passwords;
mod receipt_slips;
mod machine_alarm;
mod absence;

pub use account_changes::AccountChanges;
pub use ask_reason::AskReason;
pub use board_table::BoardTable;
pub use desk_panel::DeskPanel;
pub use dialogs::Dialogs;
pub use enrol::{EnrolApp, EnrolPasskey, KeepCodes};
pub use factor_form::FactorForm;
pub use field::{Choice, Field, Reason, Submit, Text};
pub use frame::{Doorstep, Frame};
pub use header::Header;
pub use language_switch::LanguageSwitch;
pub use live_banner::LiveBanner;
pub use lock::IdleWatch;
pub use machine_alarm::MachineAlarm;
pub use modal::Modal;
pub use pager::Pager;
pub use password_form::PasswordForm;
pub use person_menu::PersonMenu;
pub use problem_note::ProblemNote;
pub use start_passwords::StartPasswords;
pub use step_up::StepUp;

/// Prints the page; what is printed is in the style sheet.
pub fn print() {
    // A browser that does not print shows it all the same.
    let _ = leptos::prelude::window().print();
}
