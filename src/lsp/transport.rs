//! Messages over standard input and output. A message that is no JSON is said and passed over: the next one may be well.

use std::io::{self, BufReader, Write as _};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{Message, Notification};

/// A connection over standard input and output, and the thread that writes: it ends when nobody sends any more.
pub fn stdio() -> io::Result<(Sender<Message>, Receiver<Message>, JoinHandle<()>)> {
    let (out, to_write) = unbounded::<Message>();
    let (read, incoming) = unbounded::<Message>();
    let answers = out.clone();
    std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let mut input = BufReader::with_capacity(1 << 16, io::stdin());
        loop {
            match Message::read(&mut input) {
                Ok(Some(message)) => {
                    let ends = matches!(&message, Message::Notification(notification) if notification.method == "exit");
                    if read.send(message).is_err() || ends {
                        return;
                    }
                }
                Ok(None) => return,
                // The frame was read whole; what it held was no message.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    let said = serde_json::json!({ "type": 2, "message": "a message was passed over: it is no message of JSON-RPC" });
                    let said = Notification { method: "window/logMessage".to_owned(), params: said };
                    if answers.send(Message::Notification(said)).is_err() {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    })?;
    let writer = std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
        let mut output = io::BufWriter::new(io::stdout());
        while let Ok(message) = to_write.recv() {
            // What waits goes out together.
            let written = std::iter::once(message).chain(to_write.try_iter()).try_for_each(|message| message.write(&mut output));
            if written.and_then(|()| output.flush()).is_err() {
                return;
            }
        }
    })?;
    Ok((out, incoming, writer))
}
