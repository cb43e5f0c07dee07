//! What a change of a policy changes for leads: whom audiences take in that they did not before, which touches come and go,
//! which limits give way. Two plans are compared, not two texts, and what is said of leads is proved, each time with one.

mod data;
mod joint;
mod journeys;
mod leads;
mod limits;
mod pairs;
mod programs;
mod reworded;
mod touches;

use serde::Serialize;
use serde_json::Value as Json;

use crate::plan::{Plan, Source};
use crate::run::Unfit;

/// What a change can do, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Nobody hears from us who did not before, and no limit gives way.
    Safe,
    /// Whoever runs the plan, or fills it with data, has to change something.
    BreaksConsumers,
    /// Somebody may hear from us who did not before, or more than before.
    WidensReach,
    /// A limit, a consent or a rule holds back less than before.
    WeakensLimits,
}

impl Class {
    /// All of them, the gravest first.
    pub const ALL: [Self; 4] = [Self::WeakensLimits, Self::WidensReach, Self::BreaksConsumers, Self::Safe];

    /// Its name for machines and for `--fail-on`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::BreaksConsumers => "breaks-consumers",
            Self::WidensReach => "widens-reach",
            Self::WeakensLimits => "weakens-limits",
        }
    }

    /// What it means, as a heading.
    pub fn words(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::BreaksConsumers => "breaks consumers of the plan",
            Self::WidensReach => "widens reach",
            Self::WeakensLimits => "weakens a limit or consent",
        }
    }
}

/// A lead that shows a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Who it is, in words.
    pub who: String,
    /// The lead, in the form that `simulate` reads.
    pub lead: Json,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it does.
    pub class: Class,
    /// Whether somebody may hear from us who did not, or more than before, whatever its class is.
    pub widens_reach: bool,
    /// What changed: `program close_faster`.
    pub item: String,
    /// How, in a sentence that stands behind the item.
    pub message: String,
    /// How it was, as the language writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// How it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Somebody who is in now and was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newly_in: Option<Shown>,
    /// Somebody who was in and is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newly_out: Option<Shown>,
    /// What follows from it elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    /// What could not be proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// Where it is written now, or was where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

impl Change {
    fn new(class: Class, item: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class,
            widens_reach: class == Class::WidensReach,
            item: item.into(),
            message: message.into(),
            before: None,
            after: None,
            newly_in: None,
            newly_out: None,
            follows: Vec::new(),
            open: None,
            source: None,
        }
    }

    fn was(mut self, before: impl Into<String>) -> Self {
        self.before = Some(before.into());
        self
    }

    fn is(mut self, after: impl Into<String>) -> Self {
        self.after = Some(after.into());
        self
    }

    fn at(mut self, source: &Source) -> Self {
        self.source = (!source.file.is_empty()).then(|| source.clone());
        self
    }

    /// Somebody may be reached by it who was not, though that is not what its class says.
    fn widening(mut self) -> Self {
        self.widens_reach = true;
        self
    }

    /// Takes over what was proved of the leads of two groups; the class is `wider` where somebody is newly in.
    fn shift(mut self, shift: leads::Shift, wider: Class) -> Self {
        // What was not proved may be what is feared.
        if shift.newly_in.is_some() || shift.open.is_some() {
            self.class = self.class.max(wider);
            self.widens_reach |= wider != Class::Safe;
        }
        (self.newly_in, self.newly_out, self.open) = (shift.newly_in, shift.newly_out, shift.open);
        self
    }
}

/// What the settings of two policies say that is in no plan.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// Levels by rule or check, also those of a path: `program.nurture: blast_the_database`.
    pub levels: std::collections::BTreeMap<String, String>,
    /// Thresholds that are set.
    pub thresholds: std::collections::BTreeMap<String, String>,
    /// Rules of packs, with what they mean, and the words of other languages that texts are judged by.
    pub packs: std::collections::BTreeMap<String, String>,
}

/// A policy to compare: its plan, and its settings if it is no plan alone.
pub struct Side {
    /// The plan, with its verdicts.
    pub plan: Plan,
    /// Its settings.
    pub settled: Option<Settled>,
}

/// What changed from one policy to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Whether both have the same fingerprint: no change of meaning.
    pub same: bool,
    /// Somebody who can get a message now and could not before; absent if nobody can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newly_reached: Option<Shown>,
    /// Why it is not known whether somebody can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach_open: Option<String>,
    /// The changes, the gravest first.
    pub changes: Vec<Change>,
}

/// Compares two policies.
///
/// # Errors
/// When a plan does not hang together.
pub fn difference(old: &Side, new: &Side) -> Result<Difference, Unfit> {
    let same = old.plan.fingerprint == new.plan.fingerprint;
    let unfit = || Unfit("these two policies cannot be compared".to_owned());
    let mut changes = Vec::new();
    let reworded = reworded::in_new_words(&old.plan, &new.plan, &mut changes).ok_or_else(unfit)?;
    let own = &old.plan;
    let old = &Side { plan: reworded, settled: old.settled.clone() };
    let pairs = pairs::pairs(&old.plan, &new.plan);
    data::compare(&old.plan, &new.plan, &mut changes);
    let renamed = joint::in_new_names(&old.plan, &pairs.names).ok_or_else(unfit)?;
    let joint = joint::joint(&renamed, &new.plan).ok_or_else(unfit)?;
    let both = leads::Both::new(&joint, &renamed)?;
    let named = leads::named(&renamed, &new.plan, &both, &pairs, &mut changes);
    let ground = programs::Ground { old: own, renamed: &renamed, new: &new.plan, both: &both, named: &named };
    programs::compare(&ground, &mut changes);
    limits::compare(&ground, &mut changes);
    data::allows(&renamed, &new.plan, &mut changes);
    let (newly_reached, reach_open) = if same { (None, None) } else { both.newly_reached(&new.plan) };
    data::rules(old, new, &mut changes);
    changes.sort_by_key(|change| std::cmp::Reverse(change.class));
    Ok(Difference { same, newly_reached, reach_open, changes })
}
