//! A sign of life on a terminal, when work takes longer than half a second.

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Common;

/// Shows that something goes on, until it is dropped.
pub(super) struct Progress {
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// What is said now.
    said: Arc<Mutex<String>>,
}

impl Progress {
    /// Begins to wait; nothing is shown in the first half second, nor where nobody looks.
    pub fn start(common: &Common, what: &'static str) -> Self {
        let said = Arc::new(Mutex::new(what.to_owned()));
        if common.quiet || !std::io::stderr().is_terminal() {
            return Self { done: None, thread: None, said };
        }
        let told = Arc::clone(&said);
        let (done, wait) = channel();
        let thread = std::thread::spawn(move || {
            if wait.recv_timeout(Duration::from_millis(500)) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = indicatif::ProgressBar::new_spinner();
            let message = || bar.set_message(told.lock().unwrap_or_else(PoisonError::into_inner).clone());
            message();
            while wait.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
                message();
                bar.tick();
            }
            bar.finish_and_clear();
        });
        Self { done: Some(done), thread: Some(thread), said }
    }

    /// How far it is.
    pub fn say(&self, what: String) {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
