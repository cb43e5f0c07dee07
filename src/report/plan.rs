//! Puts the plan document together: items by name, with sources, docs, refs, allows and fingerprints.

use smol_str::SmolStr;

use crate::db::{Chunk, Db, RootDb, SourceFile, Workspace, chunks, line_index, parallel, parsed};
use crate::model::names::schema;
use crate::model::resolve::LimitsPart;
use crate::model::schema::{BUILTIN, Ty};
use crate::model::{PlanItem, lowered};
use crate::plan::{self, ChannelRules, Described, FORMAT, Limits, Plan, Predicate, Settings, Source, item_fingerprint, policy_fingerprint};
use crate::syntax::ast::{Body, Channel, Item, SignalKind};
use crate::text::Range;

/// The plan of a policy that has no errors; `None` when a declaration could not be lowered or there is no lead.
pub fn plan(db: &RootDb) -> Option<Plan> {
    parts(db)?.assembled()
}

/// What a plan is put together from: all that has to be asked of the database.
pub struct Parts {
    frame: Frame,
    items: Vec<(PlanItem, Source)>,
}

/// What a plan has besides what its policy declares.
pub(super) struct Frame {
    settings: Settings,
    builtin: Vec<plan::Signal>,
}

impl Frame {
    pub(super) fn of(db: &dyn Db) -> Self {
        let settings = Workspace::get(db).settings(db);
        let settings = Settings { timezone: settings.timezone.clone(), as_of: settings.as_of.map(|date| date.to_string().into()) };
        Self { settings, builtin: builtin_signals(db) }
    }
}

impl Parts {
    /// The plan; `None` when there is no lead. Needs no database, so that whoever owns one may change it meanwhile.
    pub fn assembled(self) -> Option<Plan> {
        assembled(self.frame, self.items)
    }
}

/// The parts of the plan of a policy that has no errors; `None` when a declaration could not be lowered.
pub fn parts(db: &RootDb) -> Option<Parts> {
    let workspace = Workspace::get(db);
    let worth = parallel::worth(workspace.bytes(db));
    let parts: Vec<Option<Vec<(PlanItem, Source)>>> = parallel::map(db, workspace.files(db), worth, |db, file| {
        let db: &dyn Db = db;
        let mut items = Vec::new();
        for chunk in &chunks(db, *file).chunks {
            for (item, lowered) in parsed(db, *chunk).items.iter().zip(lowered(db, *chunk)) {
                items.push(finished(db, *file, *chunk, item, lowered.as_ref()?.clone()));
            }
        }
        Some(items)
    });
    let items = parts.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    Some(Parts { frame: Frame::of(db), items })
}

/// A plan of finished declarations; `None` when none of them is the lead.
pub(super) fn assembled(frame: Frame, items: impl IntoIterator<Item = (PlanItem, Source)>) -> Option<Plan> {
    let mut lead = None;
    let (mut signals, mut icps, mut segments, mut journeys, mut scores) = (frame.builtin, Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut contents, mut programs, mut handoffs, mut rules) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut limits: Vec<(LimitsPart, Source)> = Vec::new();
    for (item, source) in items {
        {
            match item {
                PlanItem::Lead(item) => lead = Some(item),
                PlanItem::Signal(item) => signals.push(item),
                PlanItem::Icp(item) => icps.push(item),
                PlanItem::Segment(item) => segments.push(item),
                PlanItem::Journey(item) => journeys.push(item),
                PlanItem::Score(item) => scores.push(item),
                PlanItem::Content(item) => contents.push(item),
                PlanItem::Program(item) => programs.push(*item),
                PlanItem::Handoff(item) => handoffs.push(item),
                PlanItem::Limits(part) => limits.push((*part, source)),
                PlanItem::Rule(item) => rules.push(*item),
                PlanItem::Test(_) => {}
            }
        }
    }
    macro_rules! sort {
        ($($list:ident),*) => { $($list.sort_by(|a, b| a.name.cmp(&b.name));)* };
    }
    sort!(signals, icps, segments, journeys, scores, contents, programs, handoffs, rules);
    let mut plan = Plan {
        format: FORMAT,
        compiler: concat!("nurture ", env!("CARGO_PKG_VERSION")).to_owned(),
        fingerprint: SmolStr::default(),
        settings: frame.settings,
        limits: merged(lead.as_ref()?, limits),
        lead: lead?,
        signals,
        icps,
        segments,
        journeys,
        scores,
        contents,
        programs,
        handoffs,
        rules,
        verdicts: Vec::new(),
    };
    plan.fingerprint = policy_fingerprint(&plan);
    Some(plan)
}

/// An item with its source, docs, refs, allows and fingerprint filled in.
pub(super) fn finished(db: &dyn Db, file: SourceFile, chunk: Chunk<'_>, item: &Item, lowered: PlanItem) -> (PlanItem, Source) {
    let source = |at: Range| {
        let place = line_index(db, file).line_column(file.text(db), at.start.saturating_add(chunk.start(db)));
        Source { file: file.path(db).clone(), line: place.line, column: place.column }
    };
    let own = source(item.keyword);
    macro_rules! finish {
        ($item:expr) => {{
            let mut item_ = $item;
            let head = item_.head();
            *head.source = own.clone();
            *head.title = item.title.as_ref().map(|title| title.value.to_string());
            *head.doc = item.doc.as_ref().map(|doc| doc.to_string());
            *head.refs = item.common.refs.iter().map(|text| text.value.clone()).collect();
            *head.allows = crate::model::resolve::allowed(&item.common.allows);
            let fingerprint = item_fingerprint(&item_);
            *item_.head().fingerprint = fingerprint;
            item_
        }};
    }
    let finished = match lowered {
        PlanItem::Lead(item) => PlanItem::Lead(finish!(item)),
        PlanItem::Signal(item) => PlanItem::Signal(finish!(item)),
        PlanItem::Icp(item) => PlanItem::Icp(finish!(item)),
        PlanItem::Segment(item) => PlanItem::Segment(finish!(item)),
        PlanItem::Journey(mut lowered) => {
            if let Body::Journey(journey) = &item.body {
                for (stage, written) in lowered.stages.iter_mut().zip(&journey.stages) {
                    stage.source = source(written.name.at);
                }
            }
            PlanItem::Journey(finish!(lowered))
        }
        PlanItem::Score(item) => PlanItem::Score(finish!(item)),
        PlanItem::Content(item) => PlanItem::Content(finish!(item)),
        PlanItem::Program(mut program) => {
            // Until here the places of tracks and steps are offsets in the chunk.
            for track in &mut program.tracks {
                track.source = source(Range::at(track.source.line));
            }
            for step in &mut program.steps {
                step.source = source(Range::at(step.source.line));
            }
            PlanItem::Program(Box::new(finish!(*program)))
        }
        PlanItem::Handoff(item) => PlanItem::Handoff(finish!(item)),
        PlanItem::Rule(rule) => PlanItem::Rule(Box::new(finish!(*rule))),
        other @ (PlanItem::Limits(_) | PlanItem::Test(_)) => other,
    };
    (finished, own)
}

fn builtin_signals(db: &dyn Db) -> Vec<plan::Signal> {
    BUILTIN
        .iter()
        .filter_map(|name| {
            let signal = schema(db).signals.get(*name)?;
            let fields = signal.fields.iter().map(|field| plan::Field {
                name: field.name.clone(),
                doc: None,
                ty: match &field.ty {
                    Ty::Content => plan::FieldType::Content,
                    Ty::Program => plan::FieldType::Program,
                    Ty::OneOf(options) => {
                        plan::FieldType::OneOf(options.iter().map(|option| plan::FieldOption { name: option.name.clone(), stored: None }).collect())
                    }
                    _ => plan::FieldType::Text,
                },
                optional: true,
                means: None,
            });
            let mut signal = plan::Signal {
                name: SmolStr::new_static(name),
                title: None,
                doc: None,
                fingerprint: SmolStr::default(),
                source: Source::default(),
                refs: Vec::new(),
                allows: Vec::new(),
                kind: signal.kind.map(|kind| if kind == SignalKind::Implicit { plan::SignalKind::Implicit } else { plan::SignalKind::Explicit }),
                request: signal.kind == Some(SignalKind::Request),
                builtin: true,
                fields: fields.collect(),
            };
            signal.fingerprint = item_fingerprint(&signal);
            Some(signal)
        })
        .collect()
}

/// All `limits` of the policy as one.
pub(super) fn merged(lead: &plan::Lead, mut parts: Vec<(LimitsPart, Source)>) -> Limits {
    parts.sort_by(|(_, a), (_, b)| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let mut limits = Limits::default();
    let mut needs: Vec<(Vec<plan::Channel>, Predicate)> = Vec::new();
    let mut never = Vec::new();
    for (part, source) in parts {
        limits.sources.push(source);
        limits.caps.extend(part.caps);
        limits.quiet = limits.quiet.or(part.quiet);
        limits.consent_again = limits.consent_again.or(part.consent_again);
        if limits.prefer.is_empty() {
            limits.prefer = part.prefer;
        }
        needs.extend(part.needs);
        never.extend(part.never);
    }
    let lead = &lead.fields;
    limits.channels = Channel::ALL
        .into_iter()
        .map(|channel| {
            let known = crate::model::resolve::channel(channel);
            let of = |list: &[(Vec<plan::Channel>, Predicate)]| -> Vec<Predicate> {
                list.iter().filter(|(channels, _)| channels.contains(&known)).map(|(_, predicate)| predicate.clone()).collect()
            };
            let (needed, barred) = (of(&needs), of(&never));
            ChannelRules {
                channel: known,
                message: channel.is_message(),
                addresses: lead
                    .iter()
                    .filter(|field| matches!(&field.ty, plan::FieldType::AddressOf(channels) if channels.contains(&known)))
                    .map(|field| field.name.clone())
                    .collect(),
                needs: (!needed.is_empty()).then(|| Predicate::all(needed)),
                never: (!barred.is_empty()).then(|| if barred.len() == 1 { Predicate::all(barred) } else { Predicate::Or { of: barred } }),
            }
        })
        .collect();
    limits.timezone_field = lead.iter().find(|field| field.name == "timezone" && field.ty == plan::FieldType::Text).map(|field| field.name.clone());
    limits.fingerprint = item_fingerprint(&limits);
    limits
}
