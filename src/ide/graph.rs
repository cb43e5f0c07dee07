//! A program as a picture: who comes in, what each track does and when, and where it ends.

use serde::Serialize;

use super::Spot;
use super::hints::{Delay, walk};
use super::names::item_of;
use crate::db::{Chunk, Db, Workspace, chunks, parsed};
use crate::diagnostics::Kind;
use crate::syntax::ast::{Body, Item, Program, Step, StepKind, Trigger};
use crate::text::Range;

/// A program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// Where it is declared.
    pub at: Spot,
    /// What happens in it.
    pub nodes: Vec<Node>,
    /// What follows what.
    pub edges: Vec<Edge>,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: &'static str,
    /// What it says, in a few words.
    pub label: String,
    /// What more is said of it.
    pub detail: Option<String>,
    /// On which day of its track it happens, from 0: at the earliest and at the latest.
    pub day: Option<Days>,
    /// The channel of a touch.
    pub channel: Option<&'static str>,
    /// Where it is written, in the file.
    pub at: Range,
}

/// Days of a track, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Days {
    /// The first on which it can be.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// What follows what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The number of what goes before.
    pub from: usize,
    /// The number of what comes behind.
    pub to: usize,
    /// For whom.
    pub label: Option<String>,
}

/// The graphs of all programs, in the order of files and places, or of the one of this name.
pub fn graphs(db: &dyn Db, program: Option<&str>) -> Vec<Graph> {
    if let Some(name) = program {
        return item_of(db, Kind::Program, name).and_then(|(chunk, item)| graph(db, chunk, item)).into_iter().collect();
    }
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            found.extend(parsed(db, *chunk).items.iter().filter_map(|item| graph(db, *chunk, item)));
        }
    }
    found
}

fn graph(db: &dyn Db, chunk: Chunk<'_>, item: &Item) -> Option<Graph> {
    let Body::Program(program) = &item.body else { return None };
    let start = chunk.start(db);
    let text = &chunk.body(db).text;
    let mut drawing = Drawing { db, text, start, program, nodes: Vec::new(), edges: Vec::new() };
    drawing.draw(item);
    let name = item.name.as_ref()?;
    Some(Graph {
        name: name.text.to_string(),
        title: item.title.as_ref().map(|title| title.value.to_string()),
        at: Spot { file: chunk.file(db), at: name.at.shift(start) },
        nodes: drawing.nodes,
        edges: drawing.edges,
    })
}

/// Ways that are still open: from which node, and for whom.
type Open = Vec<(usize, Option<String>)>;

struct Drawing<'a> {
    db: &'a dyn Db,
    text: &'a str,
    start: u32,
    program: &'a Program,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

impl Drawing<'_> {
    /// The text of a range, on one line.
    fn written(&self, at: Range) -> String {
        at.of(self.text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn node(&mut self, kind: &'static str, label: String, at: Range) -> usize {
        let end = at.start + at.of(self.text).trim_end().len() as u32;
        let at = Range::new(at.start, end.max(at.start)).shift(self.start);
        self.nodes.push(Node { kind, label, detail: None, day: None, channel: None, at });
        self.nodes.len() - 1
    }

    fn lead_to(&mut self, open: Open, to: usize) {
        self.edges.extend(open.into_iter().map(|(from, label)| Edge { from, to, label }));
    }

    fn draw(&mut self, item: &Item) {
        let program = self.program;
        let (label, at) = match &program.audience {
            Some(audience) => (self.written(audience.at).trim_start_matches("audience ").to_owned(), audience.at),
            None => ("nobody yet".to_owned(), item.name_at()),
        };
        let audience = self.node("audience", label, at);
        for track in &program.tracks {
            let label = self.written(track.trigger_at);
            let node = self.node("track", label, track.trigger_at);
            if let Some(node) = self.nodes.get_mut(node) {
                node.detail = track.doc.as_ref().map(|doc| doc.to_string());
            }
            self.lead_to(vec![(audience, None)], node);
            let counted = !matches!(track.trigger, Trigger::Moment(..));
            let mut days: Vec<(u32, Delay)> = Vec::new();
            walk(&track.steps, Delay::default(), &mut |step, delay| days.push((step.at.start, delay)));
            self.steps(&track.steps, vec![(node, None)], &|step| {
                let (_, delay) = days.iter().find(|(start, _)| *start == step.at.start)?;
                counted.then_some(Days { from: delay.from / 86_400, to: delay.to / 86_400 })
            });
        }
        if let Some(goal) = &program.goal {
            let label = self.written(goal.at).trim_start_matches("goal ").to_owned();
            let node = self.node("goal", label, goal.at);
            self.lead_to(vec![(audience, Some("the goal".to_owned()))], node);
        }
    }

    /// Draws steps one behind the other; gives the ways that are open behind the last.
    fn steps(&mut self, list: &[Step], mut open: Open, day: &dyn Fn(&Step) -> Option<Days>) -> Open {
        for step in list {
            let (kind, label) = match &step.kind {
                StepKind::Touch(touch) => {
                    let content = touch.content.as_ref().map_or("", |content| content.text.as_str());
                    let said = touch.subject.as_ref().map_or(content, |subject| subject.value.as_str());
                    ("touch", if said.is_empty() { touch.channel.value.name().to_owned() } else { said.to_owned() })
                }
                StepKind::Wait(wait) => ("wait", format!("wait {}", crate::plan::words::duration(wait.value))),
                StepKind::WaitUntil(until, most) => {
                    ("wait_until", format!("wait until {}, at most {}", self.written(until.at), crate::plan::words::duration(most.value)))
                }
                StepKind::If(..) => ("if", "which way?".to_owned()),
                StepKind::Split(name, _) => ("split", name.as_ref().map_or_else(|| "split".to_owned(), |name| format!("split {}", name.text))),
                StepKind::Handoff(name) => ("handoff", format!("handoff {}", name.text)),
                StepKind::Leave => ("leave", "leave".to_owned()),
            };
            let at = match &step.kind {
                // The head alone: what stands in it has nodes of its own.
                StepKind::If(branches, _) => branches.first().map_or(step.at, |(first, _)| Range::new(step.at.start, first.at.end)),
                StepKind::Split(_, arms) => arms.first().map_or(step.at, |(share, _)| Range::new(step.at.start, share.at.end)),
                _ => step.at,
            };
            let node = self.node(kind, label, at);
            if let Some(drawn) = self.nodes.get_mut(node) {
                drawn.day = day(step);
            }
            if let StepKind::Touch(touch) = &step.kind {
                let title = touch.content.as_ref().map(|content| {
                    let item = item_of(self.db, Kind::Content, &content.text).and_then(|(_, item)| item.title.as_ref());
                    item.map_or_else(|| content.text.to_string(), |title| format!("{}: {}", content.text, title.value))
                });
                let guard = touch.only_if.as_ref().map(|guard| format!("only if {}", self.written(guard.at)));
                let parts: Vec<String> = title.into_iter().chain(guard).collect();
                if let Some(drawn) = self.nodes.get_mut(node) {
                    drawn.channel = Some(touch.channel.value.name());
                    drawn.detail = (!parts.is_empty()).then(|| parts.join("; "));
                }
            }
            self.lead_to(std::mem::take(&mut open), node);
            match &step.kind {
                StepKind::If(branches, otherwise) => {
                    for (when, inner) in branches {
                        let label = self.written(when.at);
                        open.extend(self.steps(inner, vec![(node, Some(label))], day));
                    }
                    let label = Some("otherwise".to_owned());
                    match otherwise {
                        Some(inner) => open.extend(self.steps(inner, vec![(node, label)], day)),
                        None => open.push((node, label)),
                    }
                }
                StepKind::Split(_, arms) => {
                    for (share, inner) in arms {
                        open.extend(self.steps(inner, vec![(node, Some(format!("{}%", share.value)))], day));
                    }
                }
                // Nobody goes on from here.
                StepKind::Handoff(_) | StepKind::Leave => return Vec::new(),
                _ => open.push((node, None)),
            }
        }
        open
    }
}
