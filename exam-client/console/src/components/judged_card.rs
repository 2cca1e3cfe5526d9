//! The server's judgement of a card, the portrait, and the proctor's decision. What is allowed is the server's rule.

use crate::api;
use crate::checkin;
use crate::components::desk_panel::{WaysOn, Whose};
use crate::components::holder_table::{Differs, HolderTable};
use crate::components::second_official::SecondOfficial;
use crate::components::verdict_list::VerdictList;
use crate::room::Room;
use crate::state::Console;
use crate::texts;
use crate::words;
use exam_protocol::checkin::AdmissionRule;
use exam_protocol::console::{CheckinView, Judged};
use exam_protocol::id::AttemptId;
use leptos::prelude::*;

/// A judged check-in.
#[component]
pub fn JudgedCard(
    /// The check-in.
    view: CheckinView,
    /// What the server found.
    judged: Judged,
) -> impl IntoView {
    let console = Console::here();
    let rule = judged.rule;
    let look = move || words::rule(console.lang(), rule);
    let differs = Differs::of(&judged.remarks);
    let remarks = judged.remarks;
    let remarks = move || {
        remarks.iter().map(|code| view! { <li data-remark=code.clone()>"⚠ "{words::reason::remark(console.lang(), code)}</li> }).collect_view()
    };
    view! {
        <div class="card judged" data-testid="judged" data-rule=words::rule_slug(rule)>
            <Whose view=view.clone()/>
            <p class=move || format!("rule {}", look().0.class()) data-testid="rule">{move || look().1}</p>
            <div class="faces">
                <Portrait view=view.clone() there=judged.portrait/>
                <HolderTable attempt=view.attempt holder=judged.holder differs/>
            </div>
            <ul class="remarks tone-warn" data-testid="remarks">{remarks}</ul>
            <VerdictList verdicts=judged.verdicts/>
            <Decision view rule/>
        </div>
    }
}

/// The picture from the chip.
#[component]
fn Portrait(
    /// The check-in.
    view: CheckinView,
    /// Whether there is one.
    there: bool,
) -> impl IntoView {
    let console = Console::here();
    if there {
        view! {
            <img class="portrait" src=api::portrait_path(view.id) data-testid="portrait" alt=move || texts::desk::portrait(console.lang()) />
        }
        .into_any()
    } else {
        view! { <p class="portrait none">{move || texts::desk::portrait_none(console.lang())}</p> }.into_any()
    }
}

/// What the proctor can do now.
#[component]
fn Decision(
    /// The check-in.
    view: CheckinView,
    /// What the server allows.
    rule: AdmissionRule,
) -> impl IntoView {
    let room = Room::here();
    let second = Memo::new(move |_| {
        rule == AdmissionRule::TwoOfficials
            || room
                .desk
                .with(|desk| checkin::wants_second(desk.problem.as_ref()))
    });
    move || match (rule, second.get()) {
        (AdmissionRule::Refused, _) => view! { <Refused attempt=view.attempt/> }.into_any(),
        (_, true) => view! { <TwoOfficials view=view.clone()/> }.into_any(),
        (_, false) => view! { <FaceButtons view=view.clone() rule/> }.into_any(),
    }
}

/// The card is refused; what is left.
#[component]
fn Refused(
    /// Whose.
    attempt: AttemptId,
) -> impl IntoView {
    let console = Console::here();
    view! {
        <p class="note tone-bad">{move || texts::rule::refused_hint(console.lang())}</p>
        <WaysOn attempt repeat=true enter=false/>
    }
}

/// One official decides by the face.
#[component]
fn FaceButtons(
    /// The check-in.
    view: CheckinView,
    /// With or without a confirmed issuer.
    rule: AdmissionRule,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let admitting = move || room.desk.with(|desk| desk.admitting);
    let label = move || {
        if admitting() {
            texts::desk::admitting(console.lang())
        } else {
            texts::desk::admit(console.lang())
        }
    };
    let hint = move || {
        (rule == AdmissionRule::ProctorIssuerUnconfirmed)
            .then(|| texts::rule::proctor_issuer_hint(console.lang()))
    };
    view! {
        <p class="small">{hint}</p>
        <div class="buttons face">
            <button type="button" class="primary big" data-testid="admit" prop:disabled=admitting on:click=move |_| checkin::enter(console, room, "")>
                {label}" "<kbd aria-hidden="true">{move || texts::desk::enter_key(console.lang())}</kbd>
            </button>
            <button type="button" class="danger" data-testid="turn-away" prop:disabled=admitting
                on:click=move |_| checkin::turn_away(console, room, &view)>{move || texts::desk::turn_away(console.lang())}</button>
        </div>
    }
}

/// Two officials and a reason.
#[component]
fn TwoOfficials(
    /// The check-in.
    view: CheckinView,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let busy = Signal::derive(move || room.desk.with(|desk| desk.admitting));
    let (admitted, turned) = (view.clone(), view);
    view! {
        <SecondOfficial busy name_field=room.second_field
            on_confirm=move |(second, reason)| checkin::admit_with_second(console, room, admitted.clone(), second, reason)/>
        <button type="button" class="danger" data-testid="turn-away" on:click=move |_| checkin::turn_away(console, room, &turned)>
            {move || texts::desk::turn_away(console.lang())}
        </button>
    }
}
