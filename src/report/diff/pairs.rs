//! Which item of the one plan is which of the other: those of one name, and those that have another name and nothing else changed,
//! or the same `ref`, or the same title.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use smol_str::SmolStr;

use super::joint::{Kind, Names, renamed};
use crate::plan::{Normal, Plan, meaning};

/// Items of both plans by their names.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// New names of what was renamed, by kind and old name.
    pub names: Names,
}

impl Pairs {
    /// The name that an item of the new plan had, if it had another.
    pub fn old_name(&self, kind: Kind, new: &str) -> Option<&SmolStr> {
        self.names.iter().find(|((of, _), name)| *of == kind && *name == new).map(|((_, old), _)| old)
    }
}

/// An item, as far as it tells whether another is the same.
struct Card {
    name: SmolStr,
    meaning: Value,
    refs: Vec<SmolStr>,
    title: Option<String>,
}

fn cards<T: Serialize + Clone + Normal>(items: &[T]) -> Vec<Card> {
    let card = |item: &T| {
        let whole = serde_json::to_value(item).unwrap_or_default();
        let mut value = meaning(item);
        let name = value.as_object_mut().and_then(|map| map.remove("name")).unwrap_or_default();
        let refs = whole.get("refs").and_then(Value::as_array).into_iter().flatten().filter_map(|text| Some(text.as_str()?.into())).collect();
        let title = whole.get("title").and_then(Value::as_str).map(str::to_owned);
        Card { name: name.as_str().unwrap_or("").into(), meaning: value, refs, title }
    };
    items.iter().map(card).collect()
}

/// Finds out which items were renamed.
pub(super) fn pairs(old: &Plan, new: &Plan) -> Pairs {
    let mut names = Names::new();
    // A kind after those that it speaks of: what it says of them is said in new names by then.
    macro_rules! find {
        ($($kind:ident $list:ident),*) => {$(
            one(Kind::$kind, cards(&old.$list), cards(&new.$list), &mut names);
        )*};
    }
    // Contents name stages, and journeys may ask for contents: twice around is enough for what is renamed and nothing else.
    for _ in 0..2 {
        find!(Content contents, Score scores, Segment segments, Icp icps, Journey journeys, Program programs, Handoff handoffs);
    }
    Pairs { names }
}

fn one(kind: Kind, old: Vec<Card>, new: Vec<Card>, names: &mut Names) {
    let (before, after): (BTreeSet<SmolStr>, BTreeSet<SmolStr>) =
        (old.iter().map(|card| card.name.clone()).collect(), new.iter().map(|card| card.name.clone()).collect());
    let taken: BTreeSet<SmolStr> = names.iter().filter(|((of, _), _)| *of == kind).map(|(_, new)| new.clone()).collect();
    let mut gone: Vec<Card> = old.into_iter().filter(|card| !after.contains(&card.name) && !names.contains_key(&(kind, card.name.clone()))).collect();
    let mut come: Vec<Card> = new.into_iter().filter(|card| !before.contains(&card.name) && !taken.contains(&card.name)).collect();
    gone.iter_mut().for_each(|card| renamed(&mut card.meaning, names));
    type Key = fn(&Card) -> Vec<String>;
    let keys: [Key; 3] =
        [|card| vec![card.meaning.to_string()], |card| card.refs.iter().map(ToString::to_string).collect(), |card| card.title.iter().cloned().collect()];
    for key in keys {
        // Only what is so of one alone on each side tells them.
        let alone = |cards: &[Card]| -> BTreeMap<String, SmolStr> {
            let mut found: BTreeMap<String, Option<SmolStr>> = BTreeMap::new();
            for card in cards {
                for key in key(card) {
                    found.entry(key).and_modify(|known| *known = None).or_insert_with(|| Some(card.name.clone()));
                }
            }
            found.into_iter().filter_map(|(key, name)| Some((key, name?))).collect()
        };
        let (left, right) = (alone(&gone), alone(&come));
        for (key, name) in left {
            let Some(found) = right.get(&key) else { continue };
            if gone.iter().any(|card| card.name == name) && come.iter().any(|card| card.name == *found) {
                gone.retain(|card| card.name != name);
                come.retain(|card| card.name != *found);
                names.insert((kind, name), found.clone());
            }
        }
    }
}
