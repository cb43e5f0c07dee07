//! Whom each touch can go out to. Two readings, never mixed (SEMANTICS 3.6): as leads are now, which says whom a touch is for; and
//! whatever may change while a track waits, which alone says that nobody can ever get it.

use rustc_hash::FxHashSet;

use super::leads::{Ground, Leads};
use super::truth::Truth;
use crate::plan::{self, Action, Channel, EventPattern, Join, Predicate, Subject, Touch, Trigger, Value};
use crate::proof::Universe;
use crate::proof::rewrite::{self, lasting, outlasting, widened};
use crate::run::clock;
use crate::run::lead::DAY;
use crate::run::policy::Node;
use crate::run::{NodeId, Terms};

/// What is known of a step.
#[derive(Clone, Debug)]
pub struct StepGuard {
    /// Leads it can go out to.
    pub guard: Leads,
    /// The same, without what only keeps leads away: exits, `never`, bars. Facets are told from it.
    pub chosen: Leads,
    /// What has to be so of a lead at that minute for it to go out, whatever they did while the track waited.
    pub possible: NodeId,
    /// Whether anybody can ever come to it.
    pub reachable: Truth,
    /// What closes it to everybody, where its conditions alone do not.
    pub closed: Option<Closed>,
    /// Whether conditions of its own or on its way narrow it beyond the audience.
    pub plain: bool,
}

/// What closes a step to everybody besides the conditions on the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The program has ended by then, or has not begun.
    Runs,
    /// Whoever has joined is let go before.
    Left,
    /// Nobody who has joined fits what it asks.
    Asked,
    /// Sales has everybody who could get it.
    Sold,
}

impl Closed {
    /// What it is, as a sentence that says what to do.
    pub fn words(self) -> &'static str {
        match self {
            Self::Runs => "the program does not run then: it has ended, or not begun. Wait less, or let it run longer",
            Self::Left => "whoever has joined is let go before it: ask for the join of another program, or say since when",
            Self::Asked => "nobody who has joined fits what it asks",
            Self::Sold => "sales takes them first, and no handoff gives anybody back: say `back to`, or let sales take fewer",
        }
    }
}

/// What is known of a program.
#[derive(Clone, Debug)]
pub struct ProgramGuards {
    /// Who may be in it.
    pub audience: Leads,
    /// Leads it ends for.
    pub exit: Leads,
    /// Leads of its audience whom it has let go for what they did: the goal reached, or `leave when`.
    pub done: Leads,
    /// When its goal is reached, whenever they joined.
    pub goal: Option<Leads>,
    /// For each step, in the order of ids.
    pub steps: Vec<StepGuard>,
}

/// A length of time beyond all windows.
const FOR_EVER: i64 = i64::MAX;
/// By how much clocks may be put back or forward while a program runs, in seconds.
const CLOCKS: i64 = 3 * 3_600;

struct Maker<'g, 'p> {
    ground: &'g Ground<'p>,
    number: u32,
    program: &'p plan::Program,
    universe: Universe,
}

/// Whom each step of a program can go out to.
pub fn of_program(ground: &Ground<'_>, number: u32) -> Option<ProgramGuards> {
    let plan = ground.plan();
    let program = plan.programs.get(number as usize)?;
    let universe = if program.audience.anonymous { Universe::Anonymous } else { Universe::Database };
    Maker { ground, number, program, universe }.make()
}

/// Whom each step of a program could go out to, if its leads had joined when those of another did: `since joining` is the same
/// instant for both, as it is for a program that changed.
pub fn as_program(ground: &Ground<'_>, number: u32, other: u32) -> Option<ProgramGuards> {
    let plan = ground.plan();
    let program = plan.programs.get(number as usize)?;
    let universe = if program.audience.anonymous { Universe::Anonymous } else { Universe::Database };
    Maker { ground, number: other, program, universe }.make()
}

impl Maker<'_, '_> {
    fn node(&self, predicate: &Predicate) -> NodeId {
        self.ground.terms.borrow_mut().predicate(predicate, Some(self.number)).unwrap_or(Terms::NEVER)
    }

    fn leads(&self, node: NodeId) -> Leads {
        match self.universe {
            Universe::Database => Leads::of(node),
            Universe::Anonymous => Leads::unnamed(node),
        }
    }

    fn widened(&self, node: NodeId, seconds: i64) -> NodeId {
        widened(&mut self.ground.terms.borrow_mut(), node, seconds)
    }

    fn make(&self) -> Option<ProgramGuards> {
        let ground = self.ground;
        let plan = ground.plan();
        let audience = self.node(&self.program.audience.predicate);
        let leave = self.program.leave_when.as_ref().map_or(Terms::NEVER, |predicate| self.node(predicate));
        let handed: Vec<NodeId> = plan.handoffs.iter().map(|handoff| self.node(&handoff.predicate)).collect();
        // Whom sales gave back may still be ready by the same signs.
        let for_good: Vec<NodeId> = plan.handoffs.iter().filter(|handoff| handoff.back.is_empty()).map(|handoff| self.node(&handoff.predicate)).collect();
        let goal = self.program.goal.as_ref();
        let reached = goal.map(|goal| self.node(&goal.predicate));
        let ended = goal.filter(|goal| goal.ends).and_then(|goal| ground.terms.borrow_mut().goal(&goal.predicate, self.number).ok()).unwrap_or(Terms::NEVER);
        let exit_goal = goal.filter(|goal| goal.ends).and(reached).unwrap_or(Terms::NEVER);
        let exit = match self.universe {
            Universe::Database => Leads::of(ground.or(&[&[leave, ground.not(audience), exit_goal], handed.as_slice()].concat())),
            // Whoever says who they are is out of it.
            Universe::Anonymous => Leads { known: Terms::ALWAYS, ..Leads::unnamed(ground.or(&[leave, ground.not(audience), exit_goal])) },
        };
        let acted = {
            let out = ground.or(&[leave, exit_goal]);
            let silent = rewrite::without_acts(&mut ground.terms.borrow_mut(), out);
            ground.and(&[audience, out, ground.not(silent)])
        };
        let gone = ground.or(&[vec![leave, ended], if self.universe == Universe::Database { for_good } else { Vec::new() }].concat());
        let stays = ground.and(&[audience, ground.not(leave)]);
        // Whom a handoff takes is in no program; given back, they may be in one while its `when` still holds.
        let sold =
            if self.universe == Universe::Database && plan.handoffs.iter().all(|handoff| handoff.back.is_empty()) { ground.or(&handed) } else { Terms::NEVER };
        let joined = self.has_joined(stays);
        let remains = ground.not(gone);
        let mut steps: Vec<Option<StepGuard>> = vec![None; self.program.steps.len()];
        for (track_number, track) in self.program.tracks.iter().enumerate() {
            let standing_stage = match &track.trigger {
                Trigger::Stage { journey, stages } => self.node(&Predicate::StageIn { journey: journey.clone(), stages: stages.clone() }),
                _ => Terms::ALWAYS,
            };
            let (start, start_possible) = self.start(&track.trigger);
            let mut frozen: Vec<NodeId> = vec![Terms::NEVER; self.program.steps.len()];
            let mut possible: Vec<NodeId> = vec![Terms::NEVER; self.program.steps.len()];
            let arrive = |list: &mut Vec<NodeId>, id: Option<u32>, node: NodeId| {
                if let Some(slot) = id.and_then(|id| id.checked_sub(1)).and_then(|place| list.get_mut(place as usize)) {
                    *slot = ground.or(&[*slot, node]);
                }
            };
            let earliest = self.earliest(track);
            let left = self.time_left(&track.trigger);
            let in_time = |place: usize| match (left, earliest.get(place).copied().flatten()) {
                (Some(left), Some(earliest)) => earliest < left,
                _ => true,
            };
            arrive(&mut frozen, track.first, start);
            arrive(&mut possible, track.first, start_possible);
            let stands = ground.and(&[stays, standing_stage]);
            for (place, step) in self.program.steps.iter().enumerate().filter(|(_, step)| step.track as usize == track_number) {
                let (here, may) = (frozen.get(place).copied().unwrap_or(Terms::NEVER), possible.get(place).copied().unwrap_or(Terms::NEVER));
                match &step.action {
                    Action::Touch(touch) => {
                        let since_join = if earliest.get(place).copied().flatten().is_some_and(|wait| wait > 0) { joined } else { Terms::ALWAYS };
                        let open = Open { in_time: in_time(place), joined: since_join, sold };
                        // While it is held, what was asked on the way may turn.
                        let may = if self.can_be_held(touch) { outlasting(&mut ground.terms.borrow_mut(), may) } else { may };
                        let made = self.touch(touch, audience, remains, stands, standing_stage, (here, may), open);
                        if let Some(slot) = steps.get_mut(place) {
                            *slot = Some(made);
                        }
                        arrive(&mut frozen, touch.next, here);
                        arrive(&mut possible, touch.next, may);
                    }
                    Action::Wait { seconds, next } | Action::WaitUntil { at_most_seconds: seconds, next, .. } => {
                        let seconds = i64::try_from(*seconds).unwrap_or(FOR_EVER);
                        let later = self.widened(here, seconds);
                        arrive(&mut frozen, *next, later);
                        // Who cannot be here waits for nothing.
                        let alive = may == Terms::ALWAYS || !matches!(self.some(ground.and(&[stands, may])), Truth::No);
                        let left = if alive { lasting(&mut ground.terms.borrow_mut(), may) } else { Terms::NEVER };
                        arrive(&mut possible, *next, left);
                    }
                    Action::If { branches, otherwise } => {
                        // Whoever no branch before has taken, step by step: a list of all that came before would grow with each.
                        let (mut here, mut may) = (here, may);
                        for branch in branches {
                            let when = self.node(&branch.when);
                            arrive(&mut frozen, branch.next, ground.and(&[here, when]));
                            arrive(&mut possible, branch.next, ground.and(&[may, when]));
                            let not = ground.not(when);
                            (here, may) = (ground.and(&[here, not]), ground.and(&[may, not]));
                        }
                        arrive(&mut frozen, *otherwise, here);
                        arrive(&mut possible, *otherwise, may);
                    }
                    Action::Split { arms, .. } => {
                        for arm in arms {
                            arrive(&mut frozen, arm.next, here);
                            arrive(&mut possible, arm.next, may);
                        }
                    }
                    Action::Handoff { .. } | Action::Leave => {}
                }
                if !matches!(step.action, Action::Touch(_))
                    && let Some(slot) = steps.get_mut(place)
                {
                    let guard = self.leads(ground.and(&[audience, remains, standing_stage, here]));
                    *slot = Some(StepGuard { guard, chosen: guard, possible: may, reachable: Truth::Yes, closed: None, plain: false });
                }
            }
        }
        let nobody = StepGuard { guard: Leads::nobody(), chosen: Leads::nobody(), possible: Terms::NEVER, reachable: Truth::No, closed: None, plain: false };
        let mut steps: Vec<StepGuard> = steps.into_iter().map(|step| step.unwrap_or_else(|| nobody.clone())).collect();
        for (place, step) in (0..).zip(&mut steps) {
            step.guard.guard = Some((self.number, place));
        }
        let done = self.leads(acted);
        let mut audience = self.leads(audience);
        audience.audience = Some(self.number);
        Some(ProgramGuards {
            audience,
            exit,
            done,
            goal: reached.map(|node| Leads { anonymous: if self.universe == Universe::Anonymous { node } else { Terms::NEVER }, ..Leads::of(node) }),
            steps,
        })
    }

    /// Whether a limit, quiet hours or sending hours can hold a touch.
    fn can_be_held(&self, touch: &Touch) -> bool {
        let limits = &self.ground.plan().limits;
        let capped = limits.caps.iter().chain(&self.program.caps).any(|cap| cap.channels.contains(&touch.channel));
        capped || touch.message && (limits.quiet.is_some() || self.program.send_on.is_some())
    }

    fn some(&self, node: NodeId) -> Truth {
        self.ground.some_of(node, self.universe)
    }

    /// What starts a track: as leads are now, and at that very instant.
    fn start(&self, trigger: &Trigger) -> (NodeId, NodeId) {
        let ground = self.ground;
        let did = |event: &EventPattern, last: Option<u64>| ground.did(event, last);
        // How a lead came in: at the join just now, else some time ago.
        let joined = |just_now: bool| match &self.program.join {
            None => Terms::ALWAYS,
            Some(Join::When(predicate)) => {
                let node = self.node(predicate);
                if just_now { node } else { self.widened(node, FOR_EVER) }
            }
            Some(Join::On(event)) => did(event, just_now.then_some(1)),
        };
        match trigger {
            Trigger::Join => (joined(true), joined(true)),
            Trigger::Signal(event) => {
                let now = did(event, Some(1));
                (ground.and(&[joined(false), now]), now)
            }
            Trigger::Stage { .. } | Trigger::EverySeconds(_) | Trigger::Moment(_) => {
                let joined = joined(false);
                (joined, lasting(&mut ground.terms.borrow_mut(), joined))
            }
        }
    }

    /// That the lead has joined, where who stays in the program hangs on it.
    fn has_joined(&self, stays: NodeId) -> NodeId {
        let ground = self.ground;
        let join = ground.plan().signals.iter().position(|signal| signal.builtin && signal.name == "join");
        let asked = {
            let terms = ground.terms.borrow();
            let of_joins = |list: u32| terms.list(list).is_some_and(|list| Some(list.signal as usize) == join);
            rewrite::leaves(&terms, stays).iter().any(|leaf| matches!(terms.node(*leaf), Node::Count { list, .. } if of_joins(*list)))
        };
        if !asked {
            return Terms::ALWAYS;
        }
        let subject = Subject { field: "program".into(), attribute: None };
        let filter = Predicate::In { subject, values: vec![Value::Program(self.program.name.clone())] };
        ground.did(&EventPattern { signal: "join".into(), filter: Some(filter) }, None)
    }

    /// For each step, the least time from the join until a lead comes to it by a track, in seconds; of a track for a moment, from that moment.
    fn earliest(&self, track: &plan::Track) -> Vec<Option<i64>> {
        let mut earliest: Vec<Option<i64>> = vec![None; self.program.steps.len()];
        let arrive = |earliest: &mut Vec<Option<i64>>, id: Option<u32>, at: i64| {
            if let Some(slot) = id.and_then(|id| id.checked_sub(1)).and_then(|place| earliest.get_mut(place as usize)) {
                *slot = Some(slot.map_or(at, |known| known.min(at)));
            }
        };
        let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(FOR_EVER);
        // The plain wait behind a message that is passed over is passed over with it.
        let behind = |step: &plan::Step| if let Action::Touch(touch) = &step.action { touch.next.filter(|_| touch.once.is_some()) } else { None };
        let skipped: FxHashSet<u32> = self.program.steps.iter().filter_map(behind).collect();
        let start = if let Trigger::EverySeconds(every) = &track.trigger { seconds(*every) } else { 0 };
        arrive(&mut earliest, track.first, start);
        for (place, step) in self.program.steps.iter().enumerate() {
            let Some(at) = earliest.get(place).copied().flatten() else { continue };
            let at = match &step.action {
                Action::Wait { seconds: wait, .. } if !skipped.contains(&step.id) => at.saturating_add(seconds(*wait)),
                _ => at,
            };
            step.action.nexts().into_iter().for_each(|next| arrive(&mut earliest, Some(next), at));
        }
        earliest
    }

    /// How long a track can go on before the program ends, in seconds; no time at all where it starts outside of what the program runs.
    fn time_left(&self, trigger: &Trigger) -> Option<i64> {
        let runs = self.program.runs.as_ref()?;
        let (from, to) = (clock::day(&runs.from)?, clock::day(&runs.to)? + DAY);
        let left = match trigger {
            Trigger::Moment(moment) => {
                let day = clock::day(moment.get(..10)?)?;
                if day < from || day >= to {
                    return Some(0);
                }
                to - day
            }
            _ => to - from,
        };
        Some(left + CLOCKS)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of which a guard is made")]
    fn touch(
        &self,
        touch: &Touch,
        audience: NodeId,
        remains: NodeId,
        stands: NodeId,
        standing_stage: NodeId,
        (here, may): (NodeId, NodeId),
        open: Open,
    ) -> StepGuard {
        let ground = self.ground;
        let own: Vec<NodeId> = touch.only_if.iter().chain(&touch.reason).map(|predicate| self.node(predicate)).collect();
        let own = ground.and(&own);
        let channel = channel(ground, touch.channel);
        let (needs, kept_out, shut) = match self.universe {
            Universe::Database => (channel.needs, channel.never, channel.shut),
            Universe::Anonymous => (Terms::ALWAYS, Terms::NEVER, Terms::NEVER),
        };
        let (reached, open_to) = (ground.not(kept_out), ground.not(shut));
        let chosen = ground.and(&[audience, standing_stage, here, own, needs]);
        let mut guard = ground.and(&[chosen, remains, reached]);
        let mut possible = ground.and(&[stands, may, own, needs, open_to]);
        let mut reachable = self.some(possible);
        let mut closed = None;
        if !matches!(reachable, Truth::No) {
            let unsold = ground.and(&[possible, ground.not(open.sold)]);
            let all = ground.and(&[unsold, open.joined]);
            if !open.in_time {
                closed = Some(Closed::Runs);
            } else if all != possible && matches!(self.some(all), Truth::No) {
                closed = Some(if matches!(self.some(unsold), Truth::No) {
                    Closed::Sold
                } else if matches!(self.some(ground.and(&[stands, open.joined])), Truth::No) {
                    Closed::Left
                } else {
                    Closed::Asked
                });
            }
            possible = all;
        }
        if closed.is_some() {
            (possible, reachable) = (Terms::NEVER, Truth::No);
        }
        if !matches!(reachable, Truth::No) && matches!(self.some(guard), Truth::No) {
            // What was true before a wait and what is asked after it do not go together, but in their turn.
            guard = ground.and(&[audience, standing_stage, may, own, needs, open_to]);
        }
        let guard = if matches!(reachable, Truth::No) { Terms::NEVER } else { guard };
        let plain = here == Terms::ALWAYS && own == Terms::ALWAYS && standing_stage == Terms::ALWAYS;
        StepGuard { guard: self.leads(guard), chosen: self.leads(chosen), possible, reachable, closed, plain }
    }
}

/// What lets leads come to a touch, besides the conditions on their way.
struct Open {
    /// Whether the program still runs then.
    in_time: bool,
    /// What is so of everybody who has joined.
    joined: NodeId,
    /// Whom sales has.
    sold: NodeId,
}

/// Whom a channel reaches.
pub struct ChannelGuard {
    /// What must hold: consent.
    pub needs: NodeId,
    /// Who is left out: `never`, without an address, gone away.
    pub never: NodeId,
    /// Who is barred by what is no choice of readers: no address, gone away, no consent.
    pub barred: NodeId,
    /// Who is left out whatever happened before: without those who went away, where they may be let back in.
    pub shut: NodeId,
}

/// Whom a channel reaches, by the limits.
pub fn channel(ground: &Ground<'_>, channel: Channel) -> ChannelGuard {
    let plan = ground.plan();
    let node = |predicate: &Predicate| ground.terms.borrow_mut().predicate(predicate, None).unwrap_or(Terms::NEVER);
    let Some(rules) = plan.limits.channels.iter().find(|rules| rules.channel == channel) else {
        return ChannelGuard { needs: Terms::ALWAYS, never: Terms::NEVER, barred: Terms::NEVER, shut: Terms::NEVER };
    };
    let needs = rules.needs.as_ref().map_or(Terms::ALWAYS, &node);
    let never = rules.never.as_ref().map_or(Terms::NEVER, &node);
    let mut out = vec![];
    if !rules.addresses.is_empty() {
        let without: Vec<NodeId> =
            rules.addresses.iter().map(|field| node(&Predicate::Unknown { subject: Subject { field: field.clone(), attribute: None } })).collect();
        out.push(ground.and(&without));
    }
    let mut shut = out.clone();
    if rules.message {
        let gone = gone(ground, channel);
        out.push(gone);
        // Whom `consent again` has let back in once hears again, whatever holds of them now.
        shut.extend(plan.limits.consent_again.is_none().then_some(gone));
    }
    let mut barred = out.clone();
    let not_needed = ground.not(needs);
    for condition in [not_needed, never] {
        if only_consent(ground, condition) {
            barred.push(condition);
        }
    }
    out.push(never);
    shut.push(never);
    ChannelGuard { shut: ground.or(&shut), needs, never: ground.or(&out), barred: ground.or(&barred) }
}

/// Leads whom an unsubscribe or a complaint bars from a channel. `consent again when` lifts it only where it can become true by
/// itself: by what they do, or by time.
fn gone(ground: &Ground<'_>, channel: Channel) -> NodeId {
    let plan = ground.plan();
    let subject = || Subject { field: "channel".into(), attribute: None };
    let filter = Predicate::Or {
        of: vec![Predicate::Unknown { subject: subject() }, Predicate::In { subject: subject(), values: vec![Value::Option(channel.name().into())] }],
    };
    let went: Vec<NodeId> =
        ["unsubscribe", "complain"].iter().map(|signal| ground.did(&EventPattern { signal: (*signal).into(), filter: Some(filter.clone()) }, None)).collect();
    let went = ground.or(&went);
    let Some(again) = &plan.limits.consent_again else { return went };
    let again = ground.terms.borrow_mut().predicate(again, None).unwrap_or(Terms::NEVER);
    let moves = !rewrite::is_of_facts(&ground.terms.borrow(), again);
    if moves { ground.and(&[went, ground.not(again)]) } else { went }
}

/// Whether a condition depends on nothing but consent and going away.
fn only_consent(ground: &Ground<'_>, node: NodeId) -> bool {
    let plan = ground.plan();
    let terms = ground.terms.borrow();
    let leaves = rewrite::leaves(&terms, node);
    !leaves.is_empty()
        && leaves.iter().all(|leaf| match terms.node(*leaf) {
            Node::Fact(field, _) | Node::Clock(field, _) => plan.lead.fields.get(*field as usize).is_some_and(|field| super::facet_of(field) == "consent"),
            Node::Count { list, .. } => terms
                .list(*list)
                .and_then(|list| plan.signals.get(list.signal as usize))
                .is_some_and(|signal| signal.builtin && matches!(signal.name.as_str(), "unsubscribe" | "complain" | "bounce")),
            _ => false,
        })
}
