//! What is looked at when nobody types: the policy as a whole, and what the rulebook says of it, in a thread of its own.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::json;

use super::judge::{self, Job, Said};
use super::project::{Home, Project};
use super::server::Server;

impl Server {
    /// Looks at the policies that changed as a whole: their other files, and what the rulebook says.
    pub(super) fn settle(&mut self) {
        let now = Instant::now();
        let ready: Vec<Home> = self.due.iter().filter(|(_, due)| **due <= now).map(|(home, _)| home.clone()).collect();
        for home in ready {
            self.due.remove(&home);
            self.guarded(|server| server.settle_one(&home));
        }
    }

    fn settle_one(&mut self, home: &Home) {
        let Some(project) = self.projects.get_mut(home) else { return };
        project.refresh_texts();
        if project.judged_at == Some(project.revision) {
            // A save without a change, a text that nobody names: all is said already.
            self.publish_all(home);
            return;
        }
        match self.running.get(home) {
            Some(running) if running.revision == project.revision && !running.stop.asked() => return,
            Some(running) => {
                // It ends soon, and then the next begins.
                running.stop.now();
                return;
            }
            None => {}
        }
        self.ticket += 1;
        let job = Job {
            home: home.clone(),
            ticket: self.ticket,
            revision: project.revision,
            db: project.db.clone(),
            packs: project.packs.clone(),
            memory: project.memory.clone(),
            whole: project.is_whole(),
        };
        if let Some(running) = judge::begin(job, self.judges.clone()) {
            self.running.insert(home.clone(), running);
        }
    }

    /// The policy of a thread, if it is still the one that the thread began with.
    fn unchanged(&mut self, home: &Home, ticket: u64) -> Option<&mut Project> {
        let running = self.running.get(home).filter(|running| running.ticket == ticket)?;
        let revision = running.revision;
        self.projects.get_mut(home).filter(|project| project.revision == revision)
    }

    /// What a thread says, or needs. What one says that nobody waits for any more is not heard.
    pub(super) fn heard(&mut self, said: Said) {
        match said {
            Said::Looked { home, ticket, of_policy, judging } => {
                let Some(project) = self.unchanged(&home, ticket) else { return };
                project.of_policy = of_policy;
                if !judging {
                    // What cannot be judged has no verdict; what was said of an earlier text does not stand.
                    project.judged = Default::default();
                }
                self.publish_all(&home);
            }
            Said::NeedsDb { home, ticket, answer } => {
                let current = self.unchanged(&home, ticket).map(|project| project.db.clone());
                let _ = answer.send(current);
            }
            Said::Ended { home, ticket, judged, fault } => {
                let Some(running) = self.running.get(&home).filter(|running| running.ticket == ticket).cloned() else { return };
                if fault {
                    let why = "the policy could not be judged: this is a fault of nurture, please report it";
                    self.notify("window/logMessage", json!({ "type": 1, "message": why }));
                }
                let project = self.unchanged(&home, ticket);
                let outdated = project.is_none() || (judged.is_none() && running.stop.asked() && !fault);
                if let Some(project) = project.filter(|_| !outdated) {
                    project.judged_at = Some(project.revision);
                    project.judged = judged.map(|judged| *judged).unwrap_or_default();
                }
                self.running.remove(&home);
                if outdated {
                    // It has changed meanwhile.
                    self.due.entry(home).or_insert_with(Instant::now);
                    return;
                }
                self.publish_all(&home);
                self.refresh();
                let versions: BTreeMap<&str, i32> = self
                    .documents
                    .iter()
                    .filter(|(_, document)| document.home == home)
                    .map(|(address, document)| (address.as_str(), document.version))
                    .collect();
                self.notify("nurture/judged", json!({ "versions": versions }));
            }
        }
    }
}
