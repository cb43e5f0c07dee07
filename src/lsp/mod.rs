//! The language server: protocol only. What it knows of a policy it asks of `ide` and `report`.

mod client;
mod commands;
mod convert;
mod diagnostics;
mod judge;
mod opening;
mod position;
mod project;
mod publishing;
mod requests;
mod server;
mod settling;
mod transport;
mod uri;

pub use server::serve_over;

/// Serves an editor over standard input and output, until it says `exit`.
///
/// # Errors
/// Why the server could not begin.
pub fn serve() -> Result<bool, String> {
    let (sender, receiver, writer) = transport::stdio().map_err(|error| format!("cannot start: {error}"))?;
    let orderly = serve_over(sender, &receiver);
    // What was said last goes out before the process ends.
    let _ = writer.join();
    Ok(orderly)
}
