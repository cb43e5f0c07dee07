//! `lead`, `signal`, `icp`, `segment`, `journey`, `score`, `handoff`, `limits`.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{LimitsPart, Resolved, Resolver, all, optional};
use crate::diagnostics::{Check, Kind, Problem, Reported, closest, list_words};
use crate::model::rule_schema::FACETS_BY_NAME;
use crate::plan;
use crate::syntax::ast::{self, Channel, Earned, Field, Frequency, Item, Name, SignalKind, Type};

/// An item of the plan by its own fields; what every item has is filled in when the plan is put together.
macro_rules! bare {
    ($kind:ident, $name:expr, { $($fields:tt)* }) => {
        plan::$kind {
            name: $name,
            title: None,
            doc: None,
            fingerprint: SmolStr::default(),
            source: plan::Source::default(),
            refs: Vec::new(),
            allows: Vec::new(),
            $($fields)*
        }
    };
}
pub(super) use bare;

/// The channel in the plan's form.
pub(crate) fn channel(channel: Channel) -> plan::Channel {
    match channel {
        Channel::Email => plan::Channel::Email,
        Channel::Sms => plan::Channel::Sms,
        Channel::Call => plan::Channel::Call,
        Channel::Letter => plan::Channel::Letter,
        Channel::Chat => plan::Channel::Chat,
        Channel::Ad => plan::Channel::Ad,
        Channel::Post => plan::Channel::Post,
        Channel::Web => plan::Channel::Web,
    }
}

impl Resolver<'_> {
    pub(super) fn lead(&mut self, fields: &[Field]) -> Resolved<plan::Lead> {
        let fields = self.fields(fields, true)?;
        Ok(bare!(Lead, "lead".into(), { fields }))
    }

    pub(super) fn signal(&mut self, item: &Item, name: SmolStr, signal: &ast::Signal) -> Resolved<plan::Signal> {
        if crate::model::schema::BUILTIN.contains(&name.as_str()) {
            self.report(
                Problem::new(Check::DuplicateName, item.name_at(), format!("the signal `{name}` is built in"))
                    .help("every policy has it: leave the declaration out, or choose another name"),
            );
        }
        let fields = self.fields(&signal.fields, false)?;
        let kind = if signal.kind == SignalKind::Implicit { plan::SignalKind::Implicit } else { plan::SignalKind::Explicit };
        Ok(bare!(Signal, name, {
            kind: Some(kind),
            request: signal.kind == SignalKind::Request,
            builtin: false,
            fields,
        }))
    }

    fn fields(&mut self, fields: &[Field], of_lead: bool) -> Resolved<Vec<plan::Field>> {
        for (index, field) in fields.iter().enumerate() {
            if let Some(first) = fields.iter().take(index).find(|known| known.name.text == field.name.text) {
                self.report(
                    Problem::new(Check::DuplicateName, field.name.at, format!("the field `{}` is declared twice", field.name.text))
                        .also(first.name.at, "first declared here"),
                );
            }
        }
        all(fields.iter().map(|field| self.field(field, of_lead)).collect::<Vec<_>>())
    }

    fn field(&mut self, field: &Field, of_lead: bool) -> Resolved<plan::Field> {
        let name = &field.name.text;
        if let Some(at) = field.optional {
            let help = match field.ty {
                Type::Flag => Some("a flag is yes or no; for three cases declare `one of yes, no optional`"),
                Type::SetOf(_) => Some("a set of which nothing is known is empty"),
                _ => None,
            };
            if let Some(help) = help {
                return self.fail(Problem::new(Check::MisplacedClause, at, format!("`{name}` cannot be optional")).here("it is never missing").help(help).fix(
                    "remove `optional`",
                    at,
                    "",
                    false,
                ));
            }
        }
        let means = match &field.means {
            None => None,
            Some(means) if of_lead => Some(self.facet(means)?),
            Some(means) => return self.fail(Problem::new(Check::MisplacedClause, means.at, "only a field of the lead says what it `means`")),
        };
        // What a field's name tells when nothing is written; shown, so that it can be seen.
        let means = means.or_else(|| {
            let told = FACETS_BY_NAME.iter().find(|(_, names)| of_lead && names.contains(&name.as_str()));
            told.map(|(facet, _)| SmolStr::new_static(facet))
        });
        let ty = self.field_type(field, of_lead)?;
        let doc = field.doc.as_ref().map(|doc| doc.to_string());
        Ok(plan::Field { name: name.clone(), doc, ty, optional: field.optional.is_some(), means })
    }

    fn facet(&mut self, means: &Name) -> Resolved<SmolStr> {
        let known: Vec<&str> = FACETS_BY_NAME.iter().map(|(facet, _)| *facet).collect();
        if known.contains(&means.text.as_str()) {
            return Ok(means.text.clone());
        }
        let mut problem = Problem::new(Check::UnknownOption, means.at, format!("a field cannot mean `{}`", means.text));
        problem = match closest(&means.text, known.iter().copied()) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), means.at, meant, true),
            None => problem.help(format!("it means {}", list_words(known, "or", 12))),
        };
        self.fail(problem)
    }

    fn field_type(&mut self, field: &Field, of_lead: bool) -> Resolved<plan::FieldType> {
        let text = |value: &dyn std::fmt::Display| -> SmolStr { value.to_string().into() };
        match &field.ty {
            Type::Flag => Ok(plan::FieldType::Flag),
            Type::Text => Ok(plan::FieldType::Text),
            Type::Moment => Ok(plan::FieldType::Moment),
            Type::Content if of_lead => self.fail(
                Problem::new(Check::WrongType, field.type_at, "a field of the lead cannot be a content").help("a signal says which content it was about"),
            ),
            Type::Content => Ok(plan::FieldType::Content),
            Type::Number { whole, from, to } => {
                for bound in [from, to].into_iter().flatten() {
                    if *whole && !bound.value.is_whole() {
                        return self.fail(Problem::new(
                            Check::FractionForWhole,
                            bound.at,
                            format!("`{}` is a whole number, and {} is none", field.name.text, bound.value),
                        ));
                    }
                }
                if let (Some(from), Some(to)) = (from, to)
                    && from.value > to.value
                {
                    return self.empty_domain(field, from.at.cover(to.at));
                }
                let bounds = plan::Bounds { from: from.map(|at| text(&at.value)), to: to.map(|at| text(&at.value)) };
                Ok(if *whole { plan::FieldType::WholeNumber(bounds) } else { plan::FieldType::Number(bounds) })
            }
            Type::Date { from, to, to_today } => {
                if let (Some(from), Some(to)) = (from, to)
                    && from.value > to.value
                {
                    return self.empty_domain(field, from.at.cover(to.at));
                }
                Ok(plan::FieldType::Date(plan::DateBounds { from: from.map(|at| text(&at.value)), to: to.map(|at| text(&at.value)), to_today: *to_today }))
            }
            Type::OneOf(options) => self.options(options).map(plan::FieldType::OneOf),
            Type::SetOf(options) => self.options(options).map(plan::FieldType::SetOf),
            Type::AddressOf(options) => {
                self.options(options)?;
                if !of_lead {
                    return self.fail(Problem::new(Check::WrongType, field.type_at, "only a field of the lead is an address"));
                }
                let channels = options.iter().map(|option| match Channel::from_name(&option.name.text) {
                    Some(known) if known.is_message() => Ok(channel(known)),
                    Some(known) => self.fail(
                        Problem::new(Check::WrongType, option.name.at, format!("`{}` needs no address", known.name()))
                            .here("it reaches people without one")
                            .help("addresses are of email, sms, call, letter or chat"),
                    ),
                    None => self.unknown_channel(&option.name),
                });
                all(channels.collect::<Vec<_>>()).map(plan::FieldType::AddressOf)
            }
        }
    }

    fn empty_domain<T>(&mut self, field: &Field, at: crate::text::Range) -> Resolved<T> {
        self.fail(
            Problem::new(Check::EmptyRange, at, format!("`{}` can have no value: its range ends before it begins", field.name.text))
                .help("write the smaller one after `from`"),
        )
    }

    pub(super) fn unknown_channel<T>(&mut self, name: &Name) -> Resolved<T> {
        let known = Channel::ALL.iter().map(|channel| channel.name());
        let mut problem = Problem::new(Check::UnknownOption, name.at, format!("there is no channel `{}`", name.text));
        problem = match closest(&name.text, known.clone().chain(["messages"])) {
            Some(meant) => problem.here(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), name.at, meant, true),
            None => problem.help(format!("there are {}", list_words(known, "and", 8))),
        };
        self.fail(problem)
    }

    fn options(&mut self, options: &[ast::OptionValue]) -> Resolved<Vec<plan::FieldOption>> {
        let mut names: FxHashMap<&str, &Name> = FxHashMap::default();
        let mut stored: FxHashMap<&str, &Name> = FxHashMap::default();
        for option in options {
            let value = option.stored.as_ref().map_or(option.name.text.as_str(), |text| text.value.as_str());
            let by_name = names.insert(&option.name.text, &option.name);
            let by_value = stored.insert(value, &option.name);
            let what = if by_name.is_some() { "stands here twice" } else { "is stored like another option" };
            if let Some(first) = by_name.or(by_value) {
                self.report(
                    Problem::new(Check::DuplicateName, option.name.at, format!("the option `{}` {what}", option.name.text)).also(first.at, "the other one"),
                );
            }
        }
        Ok(options
            .iter()
            .map(|option| plan::FieldOption { name: option.name.text.clone(), stored: option.stored.as_ref().map(|text| text.value.clone()) })
            .collect())
    }

    pub(super) fn segment(&mut self, item: &Item, name: SmolStr, predicate: Option<&ast::Predicate>) -> Resolved<plan::Segment> {
        let Some(predicate) = predicate else { return self.missing(item, "where", "say who is in it: `where …`") };
        let predicate = self.predicate(predicate)?;
        Ok(bare!(Segment, name, {
            predicate,
            objective: item.common.objective.as_ref().map(|text| text.value.to_string()),
        }))
    }

    pub(super) fn icp(&mut self, item: &Item, name: SmolStr, icp: &ast::Icp) -> Resolved<plan::Icp> {
        let Some(predicate) = &icp.predicate else { return self.missing(item, "where", "say who fits: `where …`") };
        let predicate = self.predicate(predicate)?;
        self.named_twice(&icp.agreed_by);
        Ok(bare!(Icp, name, {
            predicate,
            objective: item.common.objective.as_ref().map(|text| text.value.to_string()),
            agreed_by: icp.agreed_by.iter().map(|name| name.text.clone()).collect(),
            agreed_on: icp.agreed_on.map(|on| on.value.to_string().into()),
        }))
    }

    pub(super) fn journey(&mut self, item: &Item, name: SmolStr, journey: &ast::Journey) -> Resolved<plan::Journey> {
        let mut complete = true;
        for (index, stage) in journey.stages.iter().enumerate() {
            self.allows(&stage.common.allows);
            if let Some(first) = journey.stages.iter().take(index).find(|known| known.name.text == stage.name.text) {
                self.report(
                    Problem::new(Check::DuplicateName, stage.name.at, format!("the stage `{}` is declared twice", stage.name.text))
                        .also(first.name.at, "first declared here"),
                );
                complete = false;
            }
            if stage.evidence.is_none() {
                self.report(
                    Problem::new(Check::MissingClause, stage.name.at, format!("stage `{}` has no `while`", stage.name.text))
                        .help("say what shows that a lead is in it: `while …`"),
                );
                complete = false;
            }
        }
        if journey.stages.is_empty() {
            return self.missing(item, "stage", "a journey has stages: `stage NAME { asks \"…\" while … }`");
        }
        let audience = optional(journey.audience.as_ref().map(|predicate| self.predicate(predicate)));
        let evidence = all(journey.stages.iter().filter_map(|stage| stage.evidence.as_ref()).map(|predicate| self.predicate(predicate)).collect::<Vec<_>>());
        let (audience, evidence) = (audience?, evidence?);
        if !complete {
            return Err(Reported::with_its_declaration());
        }
        let stages = journey.stages.iter().zip(evidence).map(|(stage, predicate)| plan::Stage {
            name: stage.name.text.clone(),
            title: stage.title.as_ref().map(|title| title.value.to_string()),
            doc: stage.doc.as_ref().map(|doc| doc.to_string()),
            asks: stage.asks.as_ref().map(|asks| asks.value.to_string()),
            predicate,
            allows: allowed(&stage.common.allows),
            source: plan::Source::default(),
        });
        Ok(bare!(Journey, name, {
            predicate: audience.unwrap_or(plan::Predicate::Everyone),
            stages: stages.collect(),
        }))
    }

    pub(super) fn score(&mut self, item: &Item, name: SmolStr, score: &ast::Score) -> Resolved<plan::Score> {
        let points = all(score.points.iter().map(|line| self.points(line)).collect::<Vec<_>>());
        let mut sound = true;
        if let (Some(from), Some(to)) = (score.from, score.to)
            && from.value >= to.value
        {
            self.report(Problem::new(Check::EmptyRange, to.at, "the range of this score ends before it begins").here("the most").also(from.at, "the least"));
            sound = false;
        }
        let sound_range = sound;
        for (index, band) in score.bands.iter().enumerate() {
            if let Some(first) = score.bands.iter().take(index).find(|known| known.name.text == band.name.text) {
                self.report(
                    Problem::new(Check::DuplicateName, band.name.at, format!("the band `{}` is declared twice", band.name.text))
                        .also(first.name.at, "first declared here"),
                );
                sound = false;
                continue;
            }
            if let Some(before) = index.checked_sub(1).and_then(|before| score.bands.get(before))
                && before.from.value >= band.from.value
            {
                self.report(
                    Problem::new(Check::BandOrder, band.from.at, format!("the band `{}` does not begin above the one before it", band.name.text))
                        .here(format!("{} is not more than {}", band.from.value, before.from.value))
                        .also(before.from.at, format!("`{}` begins here", before.name.text))
                        .help("write the bands from the lowest to the highest"),
                );
                sound = false;
                continue;
            }
            let outside = sound_range && (score.from.is_some_and(|from| band.from.value < from.value) || score.to.is_some_and(|to| band.from.value > to.value));
            if outside {
                let bound = if score.to.is_some_and(|to| band.from.value > to.value) { score.to } else { score.from };
                let mut problem = Problem::new(Check::BandOrder, band.from.at, format!("the band `{}` lies outside the score's range", band.name.text))
                    .here(format!("the score is never {}", band.from.value));
                if let Some(bound) = bound {
                    problem = problem.also(bound.at, "its range ends here");
                }
                self.report(problem);
                sound = false;
            }
        }
        let halves = match score.halves {
            Some(halves) if halves.value % 86_400 != 0 => {
                return self.fail(
                    Problem::new(Check::BadNumber, halves.at, "a half-life is a whole number of days")
                        .here("points fade in daily steps")
                        .help("write `halves every 30 days`"),
                );
            }
            Some(halves) if halves.value > 3_650 * 86_400 => {
                return self.fail(Problem::new(Check::BadNumber, halves.at, "a half-life is at most 3,650 days").help("leave it out: then points do not fade"));
            }
            halves => halves.map(|halves| (halves.value / 86_400) as u32),
        };
        if score.points.is_empty() {
            return self.missing(item, "+N for …", "say what earns points: `+5 for visit`");
        }
        let points = points?;
        if !sound {
            return Err(Reported::with_its_declaration());
        }
        let number = |value: crate::text::Decimal| -> SmolStr { value.to_string().into() };
        Ok(bare!(Score, name, {
            points,
            halves_every_days: halves,
            fade: halves.map(plan::fade_table).unwrap_or_default(),
            from: score.from.map(|at| number(at.value)),
            to: score.to.map(|at| number(at.value)),
            bands: score.bands.iter().map(|band| plan::Band { name: band.name.text.clone(), from: number(band.from.value) }).collect(),
        }))
    }

    fn points(&mut self, line: &ast::Points) -> Resolved<plan::Points> {
        let earned = match &line.earned {
            Earned::When(predicate) => plan::Earned::When(self.predicate(predicate)?),
            Earned::For(event, cap) => {
                let event = self.event(event);
                if let Some(cap) = cap.as_ref().filter(|cap| cap.times.value == 0) {
                    self.report(Problem::new(Check::ImpossibleCount, cap.times.at, "a cap of 0 lets nothing count").help("leave the line out"));
                }
                let cap = cap.as_ref().map(|cap| plan::PointsCap { most: cap.times.value, seconds: cap.per.value });
                plan::Earned::For { event: event?, cap }
            }
        };
        Ok(plan::Points { points: line.points.value.to_string().into(), earned })
    }

    pub(super) fn handoff(&mut self, item: &Item, name: SmolStr, handoff: &ast::Handoff) -> Resolved<plan::Handoff> {
        let predicate = handoff.when.as_ref().map(|predicate| self.predicate(predicate));
        let tell = all(handoff.tell.iter().map(|signal| self.signal_name(signal)).collect::<Vec<_>>());
        self.named_twice(&handoff.tell);
        let back = handoff.back.iter().map(|back| {
            let program = self.named(Kind::Program, &back.program);
            let when = self.predicate(&back.when);
            Ok(plan::Back { program: program?, after_seconds: back.after.map(|after| after.value), when: when? })
        });
        let back = all(back.collect::<Vec<_>>());
        let Some(predicate) = predicate else { return self.missing(item, "when", "say who is ready for sales: `when …`") };
        Ok(bare!(Handoff, name, {
            predicate: predicate?,
            follow_up_seconds: handoff.follow_up.map(|within| within.value),
            tell: tell?,
            back: back?,
        }))
    }

    pub(super) fn limits(&mut self, limits: &ast::Limits) -> Resolved<LimitsPart> {
        let caps = all(limits.frequencies.iter().map(|frequency| self.frequency(frequency)).collect::<Vec<_>>());
        let needs = all(limits.needs.iter().map(|entry| self.channel_rule(entry)).collect::<Vec<_>>());
        let never = all(limits.never.iter().map(|entry| self.channel_rule(entry)).collect::<Vec<_>>());
        let consent_again = optional(limits.consent_again.as_ref().map(|predicate| self.predicate(predicate)));
        let prefer = all(limits.prefer.iter().map(|program| self.named(Kind::Program, program)).collect::<Vec<_>>());
        self.named_twice(&limits.prefer);
        let quiet = match limits.quiet {
            Some((from, to)) if from.value == to.value => {
                return self.fail(
                    Problem::new(Check::EmptyRange, from.at.cover(to.at), "quiet hours that begin and end at one time are no hours")
                        .help("write `quiet from 20:00 to 08:00`"),
                );
            }
            quiet => quiet.map(|(from, to)| plan::Quiet { from_minute: from.value.minutes(), to_minute: to.value.minutes() }),
        };
        Ok(LimitsPart { caps: caps?, quiet, needs: needs?, never: never?, consent_again: consent_again?, prefer: prefer? })
    }

    /// Names that stand twice in a list.
    fn named_twice(&mut self, names: &[Name]) {
        let mut seen: FxHashMap<&str, &Name> = FxHashMap::default();
        for name in names {
            if let Some(first) = seen.insert(&name.text, name) {
                self.report(Problem::new(Check::DuplicateName, name.at, format!("`{}` stands in this list twice", name.text)).also(first.at, "already here"));
            }
        }
    }

    fn channel_rule(&mut self, (limited, predicate): &(Name, ast::Predicate)) -> Resolved<(Vec<plan::Channel>, plan::Predicate)> {
        let channels = self.limited(limited);
        let predicate = self.predicate(predicate);
        Ok((channels?, predicate?))
    }

    /// A channel, or `messages`: all message channels.
    fn limited(&mut self, name: &Name) -> Resolved<Vec<plan::Channel>> {
        if name.text == "messages" {
            return Ok(Channel::ALL.into_iter().filter(|channel| channel.is_message()).map(channel).collect());
        }
        match Channel::from_name(&name.text) {
            Some(known) => Ok(vec![channel(known)]),
            None => self.unknown_channel(name),
        }
    }

    pub(super) fn frequency(&mut self, frequency: &Frequency) -> Resolved<plan::Cap> {
        let channels = self.limited(&frequency.limited)?;
        if frequency.most.value == 0 {
            return self.fail(
                Problem::new(Check::ImpossibleCount, frequency.most.at, format!("a limit of 0 lets no `{}` through, ever", frequency.limited.text))
                    .help(format!("write `never {} when everyone`, or leave the touches out", frequency.limited.text)),
            );
        }
        Ok(plan::Cap { most: frequency.most.value, channels, seconds: frequency.per.value })
    }
}

/// Allows in the plan's form.
pub(crate) fn allowed(allows: &[ast::Allow]) -> Vec<plan::Allow> {
    allows
        .iter()
        .filter_map(|allow| {
            let because = allow.because.as_ref()?;
            let until = allow.until.as_ref().map(|until| until.value.to_string().into());
            Some(plan::Allow { rule: allow.rule.text.clone(), because: because.value.clone(), until })
        })
        .collect()
}
