//! Acts that wait for a second person of another organisation: exactly what was proposed, and yes or no to that.

use crate::api::proposals as api;
use crate::components::{AskReason, Frame, ProblemNote};
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_protocol::proposal::{
    DecideRequest, MayDecide, ProposalState, ProposalView, Proposals as List, Verdict,
};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How often the list is looked at anew, in milliseconds.
const LOOK: u32 = 5_000;

/// What the page holds; its parts take it as context.
#[derive(Clone, Copy)]
struct Desk {
    list: RwSignal<Option<List>>,
    deciding: RwSignal<Option<(ProposalView, Verdict)>>,
    loading: Task,
    acting: Task,
}

impl Desk {
    fn here() -> Self {
        expect_context()
    }

    fn load(self) {
        self.loading.run(api::proposals, move |found| {
            if self.list.with_untracked(|now| now.as_ref() != Some(&found)) {
                self.list.set(Some(found));
            }
        });
    }

    fn decide(self, reason: String) {
        let Some((proposal, verdict)) = self.deciding.get_untracked() else {
            return;
        };
        // The hash of what was on the screen: nothing else can be approved with it.
        let request = DecideRequest {
            verdict,
            hash: proposal.hash,
            reason,
        };
        let id = proposal.content.id;
        self.acting.run(
            async move || api::decide(id, &request).await,
            move |_| {
                self.deciding.set(None);
                self.load();
            },
        );
    }
}

/// The page.
#[component]
pub fn Proposals() -> impl IntoView {
    let console = Console::here();
    let desk = Desk {
        list: RwSignal::new(None),
        deciding: RwSignal::new(None),
        loading: Task::new(),
        acting: Task::new(),
    };
    provide_context(desk);
    spawn_local(async move {
        while !desk.list.is_disposed() {
            desk.load();
            TimeoutFuture::new(LOOK).await;
        }
    });
    let open = move || {
        desk.list
            .with(|list| list.as_ref().map(|list| list.open.clone()).unwrap_or_default())
    };
    let over = move || {
        desk.list
            .with(|list| list.as_ref().map(|list| list.over.clone()).unwrap_or_default())
    };
    let nothing = move || {
        desk.list
            .with(|list| list.as_ref().is_some_and(|list| list.open.is_empty()))
    };
    view! {
        <Frame heading=texts::proposals::heading name="proposals">
            <p class="small">{move || texts::proposals::hint(console.lang())}</p>
            <ProblemNote problem=desk.loading.problem/>
            <Show when=move || desk.deciding.with(Option::is_none)><ProblemNote problem=desk.acting.problem/></Show>
            <Show when=nothing><p class="note">{move || texts::proposals::none(console.lang())}</p></Show>
            <ul class="cards">{move || open().into_iter().map(|proposal| view! { <Card proposal/> }).collect_view()}</ul>
            <Show when=move || !over().is_empty()>
                <h2>{move || texts::proposals::over(console.lang())}</h2>
                <ul class="cards quiet-cards">{move || over().into_iter().map(|proposal| view! { <Card proposal/> }).collect_view()}</ul>
            </Show>
        </Frame>
        {move || desk.deciding.get().map(|(proposal, verdict)| view! { <Decide proposal verdict/> })}
    }
}

/// One proposal, as the second person must see it.
#[component]
fn Card(
    /// The proposal.
    proposal: ProposalView,
) -> impl IntoView {
    let console = Console::here();
    let one = StoredValue::new(proposal);
    let state = one.with_value(|proposal| proposal.state);
    let act = move || one.with_value(|proposal| words::act::critical(console.lang(), &proposal.content.act));
    let who = move || {
        one.with_value(|proposal| {
            let content = &proposal.content;
            texts::proposals::by(
                console.lang(),
                &content.proposer_name,
                &content.organisation_name,
                clock::date_and_time(content.proposed_at),
            )
        })
    };
    let ends = move || {
        one.with_value(|proposal| match (&proposal.decision, proposal.state) {
            (Some(decision), _) => texts::proposals::decided(
                console.lang(),
                &decision.by_name,
                &decision.organisation_name,
                &decision.reason,
                clock::date_and_time(decision.at),
            ),
            (None, ProposalState::Open) => {
                texts::proposals::until(console.lang(), clock::date_and_time(proposal.content.expires_at))
            }
            (None, _) => String::new(),
        })
    };
    let (tone, _) = words::act::proposal_state(console.language.get_untracked(), state);
    let content = one.with_value(|proposal| proposal.content.clone());
    let hash = one.with_value(|proposal| proposal.hash.to_string());
    view! {
        <li class="card" data-testid="proposal" data-state=format!("{state:?}") data-kind=content.act.name()>
            <p class="whose">
                <strong class="whose-name" data-testid="proposal-act">{act}</strong>
                <span class=format!("chip {}", tone.class())>{move || words::act::proposal_state(console.lang(), state).1}</span>
            </p>
            <p data-testid="proposal-object">{content.object}</p>
            <p>{move || texts::action::reason(console.lang())}": "<q>{content.reason}</q></p>
            <p class="small">{who}</p>
            <p class="small">{ends}</p>
            <p class="small digits">{move || texts::proposals::hash(console.lang())}" "<code>{hash.chars().take(16).collect::<String>()}</code></p>
            <Acts one/>
        </li>
    }
}

/// Yes, no, or take it back.
#[component]
fn Acts(
    /// The proposal.
    one: StoredValue<ProposalView>,
) -> impl IntoView {
    let (console, desk) = (Console::here(), Desk::here());
    let may = one.with_value(|proposal| proposal.may_decide);
    let decide = move |verdict: Verdict| {
        desk.acting.problem.set(None);
        desk.deciding.set(Some((one.get_value(), verdict)));
    };
    let withdraw = move |_| {
        let id = one.with_value(|proposal| proposal.content.id);
        desk.acting
            .run(async move || api::withdraw(id).await, move |()| desk.load());
    };
    let hindrance = move || words::act::hindrance(console.lang(), may);
    match may {
        MayDecide::Over => ().into_any(),
        MayDecide::Yes => view! {
            <div class="buttons">
                <button type="button" class="primary" data-testid="approve" on:click=move |_| decide(Verdict::Approve)>{move || texts::proposals::approve(console.lang())}</button>
                <button type="button" class="danger" data-testid="reject" on:click=move |_| decide(Verdict::Reject)>{move || texts::proposals::reject(console.lang())}</button>
            </div>
        }
        .into_any(),
        MayDecide::Own => view! {
            <p class="note">{hindrance}</p>
            <div class="buttons"><button type="button" data-testid="withdraw" on:click=withdraw>{move || texts::proposals::withdraw(console.lang())}</button></div>
        }
        .into_any(),
        MayDecide::SameOrganisation
        | MayDecide::ChangedSince
        | MayDecide::Touched { .. }
        | MayDecide::Emergency { .. }
        | MayDecide::OneHand { .. }
        | MayDecide::Moved { .. }
        | MayDecide::NotAllowed => view! { <p class="note" data-testid="hindrance">{hindrance}</p> }.into_any(),
    }
}

/// Asks once more, with what was proposed before the eyes.
#[component]
fn Decide(
    /// The proposal.
    proposal: ProposalView,
    /// Yes or no.
    verdict: Verdict,
) -> impl IntoView {
    let (console, desk) = (Console::here(), Desk::here());
    let act = proposal.content.act;
    let object = proposal.content.object;
    let effect = Signal::derive(move || format!("{} – {object}", words::act::critical(console.lang(), &act)));
    let (title, submit): (fn(_) -> _, fn(_) -> _) = match verdict {
        Verdict::Approve => (texts::proposals::approve_question, texts::proposals::approve),
        Verdict::Reject => (texts::proposals::reject_question, texts::proposals::reject),
    };
    view! {
        <AskReason title=Signal::derive(move || title(console.lang()).to_owned()) effect submit task=desk.acting
            optional=verdict == Verdict::Approve danger=verdict == Verdict::Reject
            on_confirm=Callback::new(move |reason| desk.decide(reason)) on_close=Callback::new(move |()| desk.deciding.set(None))/>
    }
}
