//! Touches that say what others say: what was sent before, and the same words without a content of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::policy::{Placed, Policy};
use super::super::prose::Prose;
use super::super::truth::Truth;
use crate::plan::{Channel, Piece, Predicate, Program, Template, Touch, Trigger};
use crate::proof::rewrite;
use crate::run::{NodeId, Terms};

/// For how long a message can be held at least before it is dropped, in seconds, unless its touch says otherwise.
const HELD: u64 = 7 * 86_400;

/// Whether every way from a first step to one passes another.
fn passes(program: &Program, first: Option<u32>, other: u32, to: u32) -> bool {
    let mut seen = vec![false; program.steps.len()];
    let mut open: Vec<u32> = first.into_iter().collect();
    while let Some(id) = open.pop() {
        let Some(place) = id.checked_sub(1) else { continue };
        let Some(new) = seen.get_mut(place as usize).filter(|seen| !**seen) else { continue };
        *new = true;
        if place != other
            && let Some(step) = program.steps.get(place as usize)
        {
            open.extend(step.action.nexts());
        }
    }
    let seen = |place: u32| seen.get(place as usize) == Some(&true);
    seen(other) && !seen(to)
}

/// The words that a reader sees first, without numbers and what is filled in: two that differ in nothing else say the same.
fn words(touch: &Touch) -> String {
    let plain = |template: &Template| {
        let text = template.iter().filter_map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None });
        let prose = Prose::of_text(&text.collect::<Vec<_>>().join(" "));
        let told = prose.words.iter().map(|word| word.text.to_lowercase()).filter(|word| word.chars().any(char::is_alphabetic));
        told.collect::<Vec<_>>().join(" ")
    };
    let subject = touch.subject.as_ref().map(&plain).filter(|words| !words.is_empty());
    subject.or_else(|| touch.preview.as_ref().map(plain)).unwrap_or_default()
}

impl Policy<'_> {
    /// Earlier touches of a program that send what this one sends to everybody who comes to it, as leads are now: on every way to it, by the
    /// same channel, to no fewer people. What lets one go out and not the other by what leads did, or by limits that hold longer than a
    /// message waits, is left alone.
    pub(super) fn sent_before(&self, program: u32, step: u32) -> Vec<u32> {
        let Some(of) = self.plan.programs.get(program as usize) else { return Vec::new() };
        let Some(touch) = self.touch(program, step).filter(|touch| touch.once.is_some()) else { return Vec::new() };
        let Some(own) = of.steps.get(step as usize) else { return Vec::new() };
        let Some(track) = of.tracks.get(own.track as usize) else { return Vec::new() };
        let earlier: Vec<(u32, &Touch)> = (0..step)
            .filter_map(|before| Some((before, self.touch(program, before)?)))
            .filter(|(_, earlier)| earlier.once == touch.once && earlier.channel == touch.channel && earlier.drop_after_seconds >= HELD)
            .filter(|(before, _)| of.steps.get(*before as usize).is_some_and(|step| step.track == own.track))
            .filter(|(before, _)| passes(of, track.first, *before, step))
            .collect();
        if earlier.is_empty() || !self.channel_by_facts(of, touch.channel) {
            return Vec::new();
        }
        let standing = match &track.trigger {
            Trigger::Stage { journey, stages } => self.node(&Predicate::StageIn { journey: journey.clone(), stages: stages.clone() }),
            _ => Terms::ALWAYS,
        };
        let asked = |touch: &Touch| {
            let of = touch.only_if.iter().chain(&touch.reason);
            let asked: Vec<NodeId> = of.map(|predicate| self.ground.terms.borrow_mut().predicate(predicate, Some(program)).unwrap_or(Terms::NEVER)).collect();
            self.ground.and(&asked)
        };
        let reaches = self.ground.and(&[self.audience(program).known, standing, asked(touch)]);
        let covers = |earlier: &Touch| {
            let node = asked(earlier);
            // What they did may be another thing by then.
            self.by_facts(node) && self.ground.some(self.ground.and(&[reaches, self.ground.not(node)])) == Truth::No
        };
        earlier.into_iter().filter(|(_, earlier)| covers(earlier)).map(|(before, _)| before).collect()
    }

    fn by_facts(&self, node: NodeId) -> bool {
        rewrite::is_of_facts(&self.ground.terms.borrow(), node)
    }

    /// Whether nothing but facts, or going away, decides whom a channel reaches, and no limit holds a message until it is dropped.
    fn channel_by_facts(&self, program: &Program, channel: Channel) -> bool {
        let rules = self.plan.limits.channels.iter().find(|rules| rules.channel == channel);
        let mut asked = rules.into_iter().flat_map(|rules| rules.needs.iter().chain(&rules.never)).chain(&self.plan.limits.consent_again);
        // Hours at which nothing goes out come on top of what a limit holds.
        let hours = if program.send_on.is_some() { 3 } else { u64::from(self.plan.limits.quiet.is_some()) };
        let long = |cap: &crate::plan::Cap| cap.channels.contains(&channel) && cap.seconds + hours * 86_400 >= HELD;
        asked.all(|predicate| self.by_facts(self.node(predicate))) && !self.plan.limits.caps.iter().chain(&program.caps).any(long)
    }

    /// The direct touches that say the same words, this one among them, where one of them has no content: none where it is the only one. Not
    /// what is said on the telephone, nor what follows a content that was sent before it.
    pub fn twins(&self, program: u32, step: u32) -> &[Placed] {
        let twins = self.twins.get_or_init(|| {
            let mut by_words: BTreeMap<String, Vec<Placed>> = BTreeMap::new();
            for (program, step) in self.touches() {
                let Some(touch) = self.touch(*program, *step).filter(|touch| touch.message && touch.channel != Channel::Call) else { continue };
                let words = words(touch);
                if !words.is_empty() && !self.follows_content(*program, *step) {
                    by_words.entry(words).or_default().push((*program, *step));
                }
            }
            let bare = |(program, step): &Placed| self.touch(*program, *step).is_some_and(|touch| touch.content.is_none());
            // Contents that differ are not the same for having one subject.
            let contents = |twins: &[Placed]| -> std::collections::BTreeSet<&smol_str::SmolStr> {
                twins.iter().filter_map(|(program, step)| self.touch(*program, *step)?.content.as_ref()).collect()
            };
            let groups =
                by_words.into_values().filter(|twins| twins.len() > 1 && twins.iter().any(bare) && contents(twins).len() < 2).map(Arc::<[Placed]>::from);
            groups.flat_map(|twins| (0..twins.len()).filter_map(move |place| Some((*twins.get(place)?, Arc::clone(&twins))))).collect()
        });
        twins.get(&(program, step)).map_or(&[], |twins| twins.as_ref())
    }

    /// Whether a content has been sent before a touch in its track: then it is a word more about that.
    fn follows_content(&self, program: u32, step: u32) -> bool {
        let Some(of) = self.plan.programs.get(program as usize) else { return false };
        let track = |step: u32| of.steps.get(step as usize).map(|step| step.track);
        (0..step).any(|before| track(before) == track(step) && self.touch(program, before).is_some_and(|touch| touch.message && touch.content.is_some()))
    }
}
