//! Messages over standard input and output. A message that is no JSON is said and passed over: the next one may be well.

use std::io::{self, BufRead, BufReader, Write as _};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{Message, Notification};

/// A message has at most so many bytes: more than any policy.
const MOST_BYTES: usize = 1 << 28;

/// Reads a message; nothing at the end of the input.
fn read(input: &mut impl BufRead) -> io::Result<Option<Message>> {
    let mut length: Option<usize> = None;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok().filter(|length| *length <= MOST_BYTES);
            if length.is_none() {
                // Where the next message begins cannot be told any more.
                return Err(io::Error::other("a message without an end"));
            }
        }
    }
    let mut bytes = vec![0; length.unwrap_or(0)];
    input.read_exact(&mut bytes)?;
    serde_json::from_slice(&bytes).map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// A connection over standard input and output, and the thread that writes: it ends when nobody sends any more.
pub fn stdio() -> io::Result<(Sender<Message>, Receiver<Message>, JoinHandle<()>)> {
    let (out, to_write) = unbounded::<Message>();
    let (received, incoming) = unbounded::<Message>();
    let answers = out.clone();
    std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let mut input = BufReader::with_capacity(1 << 16, io::stdin());
        loop {
            match read(&mut input) {
                Ok(Some(message)) => {
                    let ends = matches!(&message, Message::Notification(notification) if notification.method == "exit");
                    if received.send(message).is_err() || ends {
                        return;
                    }
                }
                Ok(None) => return,
                // What was read is no message; the next one may be.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<Result<bool, io::ErrorKind>> {
        let mut input = BufReader::new(text);
        let mut found = Vec::new();
        for _ in 0..5 {
            let read = read(&mut input).map(|message| message.is_some()).map_err(|error| error.kind());
            let ends = !matches!(read, Ok(true) | Err(io::ErrorKind::InvalidData));
            found.push(read);
            if ends {
                break;
            }
        }
        found
    }

    #[test]
    fn messages_are_read_one_by_one() {
        let good = b"Content-Length: 33\r\nContent-Type: x\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}";
        assert_eq!(all(good), [Ok(true), Ok(false)]);
        let twice = [b"content-length: 3\r\n\r\n{x}".as_slice(), good].concat();
        assert_eq!(all(&twice), [Err(io::ErrorKind::InvalidData), Ok(true), Ok(false)]);
        for huge in ["18446744073709551615", "999999999999", "-1", "x"] {
            assert_eq!(all(format!("Content-Length: {huge}\r\n\r\n").as_bytes()), [Err(io::ErrorKind::Other)]);
        }
        assert_eq!(all(b"Content-Length: 9\r\n\r\n{"), [Err(io::ErrorKind::UnexpectedEof)]);
    }
}
