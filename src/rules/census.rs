//! How many real leads there are: an input that comes from the database, counted by segment and program.

use std::collections::BTreeMap;

use crate::plan::{Field, FieldType};
use crate::run::lead::{DAY, Fact, Instant, Lead};
use crate::run::still::{Asking, Still};
use crate::run::{Terms, Unfit};
use crate::text::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A count of the real database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Census {
    /// How many leads there are in all.
    pub total: u64,
    /// How many leads each segment or icp holds now.
    #[serde(default)]
    pub segments: BTreeMap<SmolStr, u64>,
    /// How many leads the audience of each program holds now.
    #[serde(default)]
    pub programs: BTreeMap<SmolStr, u64>,
}

impl Census {
    /// Reads a census.
    ///
    /// # Errors
    /// What is wrong with the text, in plain words.
    pub fn read(text: &str) -> Result<Self, String> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| crate::run::input::plain_json_error(&error))?;
        if let Ok(Twice(Some(key))) = serde_json::from_str(text) {
            return Err(format!("it says `{key}` twice"));
        }
        let serde_json::Value::Object(object) = value else { return Err("it is no object with `total`, `segments` and `programs`".to_owned()) };
        let count = |what: &str, value: &serde_json::Value| value.as_u64().ok_or_else(|| format!("`{what}` is a whole number of leads, from 0"));
        let mut census =
            Self { total: count("total", object.get("total").ok_or("it does not say `total`, how many leads there are in all")?)?, ..Self::default() };
        for (key, value) in &object {
            let into = match key.as_str() {
                "total" => continue,
                "segments" => &mut census.segments,
                "programs" => &mut census.programs,
                other => return Err(format!("it says `{other}`, and a census has `total`, `segments` and `programs`")),
            };
            let counts = value.as_object().ok_or_else(|| format!("`{key}` is an object with a number for each name"))?;
            for (name, value) in counts {
                into.insert(name.as_str().into(), count(name, value)?);
            }
        }
        Ok(census)
    }

    /// A count of a thousand made-up leads, drawn evenly from all that the lead allows, none of whom did anything: what examples of
    /// rules are judged by.
    ///
    /// # Errors
    /// When the plan does not hang together.
    pub fn imagined(plan: &crate::plan::Plan) -> Result<Self, Unfit> {
        const LEADS: u64 = 1_000;
        let mut terms = Terms::new(plan)?;
        let mut groups = Vec::new();
        for (name, predicate) in
            plan.segments.iter().map(|item| (&item.name, &item.predicate)).chain(plan.icps.iter().map(|item| (&item.name, &item.predicate)))
        {
            groups.push((name.clone(), terms.predicate(predicate, None)?));
        }
        let mut programs = Vec::new();
        for (number, program) in (0..).zip(&plan.programs).filter(|(_, program)| !program.audience.anonymous) {
            programs.push((program.name.clone(), terms.predicate(&program.audience.predicate, Some(number))?));
        }
        let mut census = Self { total: LEADS, ..Self::default() };
        let now = super::policy::now(None);
        for number in 0..LEADS {
            let mut dice = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            let mut roll = |sides: u64| {
                dice ^= dice >> 12;
                dice ^= dice << 25;
                dice ^= dice >> 27;
                (dice.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides.max(1)
            };
            let facts = plan.lead.fields.iter().map(|field| drawn(field, now, &mut roll)).collect();
            let lead = Lead { id: "imagined".into(), identified: Some(now - 3_650 * DAY), facts, ..Lead::default() };
            let still = Still { lead, now, anchors: Vec::new() };
            let mut asking = Asking::new(&terms, &still);
            for (list, into) in [(&groups, &mut census.segments), (&programs, &mut census.programs)] {
                for (name, node) in list {
                    *into.entry(name.clone()).or_insert(0) += u64::from(asking.holds(*node));
                }
            }
        }
        Ok(census)
    }

    /// What is wrong with it, if something is: a count above the total, or a name that the policy does not have.
    pub fn problem(&self, plan: &crate::plan::Plan) -> Option<String> {
        for (what, counts) in [("segment", &self.segments), ("program", &self.programs)] {
            for (name, count) in counts {
                let known = match what {
                    "segment" => plan.segments.iter().any(|segment| segment.name == *name) || plan.icps.iter().any(|icp| icp.name == *name),
                    _ => plan.programs.iter().any(|program| program.name == *name),
                };
                if !known {
                    return Some(format!("the census counts the {what} `{name}`, and this policy has none of that name"));
                }
                if *count > self.total {
                    return Some(format!("the census counts {count} leads in the {what} `{name}`, and only {} in all", self.total));
                }
            }
        }
        None
    }
}

/// A value of a field, drawn.
fn drawn(field: &Field, now: Instant, roll: &mut dyn FnMut(u64) -> u64) -> Fact {
    if field.optional && roll(2) == 0 {
        return Fact::Missing;
    }
    let mut number = |bounds: &crate::plan::Bounds| {
        // Small numbers are as likely as large ones.
        let size = 10i64.saturating_pow(roll(5) as u32);
        let value = Decimal::whole((roll(9) as i64 + 1) * size);
        let bound = |text: &Option<SmolStr>| text.as_ref().and_then(|text| Decimal::parse(text, 9).ok());
        let value = bound(&bounds.from).map_or(value, |from| value.max(from));
        bound(&bounds.to).map_or(value, |to| value.min(to))
    };
    match &field.ty {
        FieldType::Number(bounds) | FieldType::WholeNumber(bounds) => Fact::Number(number(bounds)),
        FieldType::Flag => Fact::Flag(roll(2) == 1),
        FieldType::OneOf(options) => Fact::Option(roll(options.len() as u64) as u32),
        FieldType::SetOf(options) => Fact::set((0..options.len() as u32).filter(|_| roll(2) == 1).collect()),
        FieldType::Date(_) | FieldType::Moment => Fact::Instant((now - roll(1_000) as i64 * DAY).div_euclid(DAY) * DAY),
        FieldType::Text | FieldType::AddressOf(_) => Fact::Text(["US", "GB", "DE"].get(roll(3) as usize).copied().unwrap_or("US").into()),
        FieldType::Content | FieldType::Program => Fact::Missing,
    }
}

/// The first key that stands twice in one object, if one does: reading into a map keeps the last and says nothing.
struct Twice(Option<String>);

impl<'de> Deserialize<'de> for Twice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> serde::de::Visitor<'de> for Keys {
            type Value = Twice;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Twice, A::Error> {
                let (mut seen, mut twice) = (std::collections::BTreeSet::new(), None);
                while let Some((key, inner)) = map.next_entry::<String, Inner>()? {
                    twice = twice.or(inner.0);
                    if !seen.insert(key.clone()) {
                        twice = twice.or(Some(key));
                    }
                }
                Ok(Twice(twice))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// The same of a value that may be a number.
struct Inner(Option<String>);

impl<'de> Deserialize<'de> for Inner {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Any {
            Object(Twice),
            Other(serde::de::IgnoredAny),
        }
        Ok(Self(match Any::deserialize(deserializer)? {
            Any::Object(Twice(twice)) => twice,
            Any::Other(_) => None,
        }))
    }
}
