//! File addresses: `file:///a%20b.nurture` and paths.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The path of a `file:` address; `None` for any other.
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let mut bytes = Vec::with_capacity(path.len());
    let mut at = path.bytes();
    while let Some(byte) = at.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let hex = [at.next()?, at.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
    }
    let mut path = String::from_utf8(bytes).ok()?;
    // Another machine's folder; `localhost` is this one.
    if !host.is_empty() && host != "localhost" {
        path = format!("//{host}{path}");
    }
    // `/c:/policy` is `c:/policy` where drives have letters.
    let drive = path.as_bytes().get(1..3).is_some_and(|start| start.first().is_some_and(u8::is_ascii_alphabetic) && start.get(1) == Some(&b':'));
    Some(PathBuf::from(if drive { path.get(1..).unwrap_or(&path) } else { &path }))
}

/// The address of a path.
pub fn of_path(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    // How one system writes paths that were looked up: `\\?\C:\policy`, `\\?\UNC\server\folder`.
    let shared = path.strip_prefix("//?/UNC/").or_else(|| path.strip_prefix("//").filter(|rest| !rest.starts_with("?/")));
    let path = path.strip_prefix("//?/").unwrap_or(&path);
    let (mut uri, path) = match shared {
        Some(shared) => (String::from("file://"), shared),
        None => (String::from(if path.starts_with('/') { "file://" } else { "file:///" }), path),
    };
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~') {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for path in ["/a/b.nurture", "/a b/ž(1)%.nurture", "/c:/x"] {
            let uri = of_path(Path::new(path));
            assert!(uri.is_ascii(), "{uri}");
            let back = to_path(&uri).map(|path| path.to_string_lossy().into_owned());
            assert_eq!(back.as_deref(), Some(if path == "/c:/x" { "c:/x" } else { path }));
        }
        assert_eq!(to_path("untitled:Untitled-1"), None);
        assert_eq!(to_path("file:///a%zz"), None);
        assert_eq!(to_path("file:///a%2"), None);
        assert_eq!(to_path("file://host/a"), Some(PathBuf::from("//host/a")));
        assert_eq!(to_path("file://localhost/a"), Some(PathBuf::from("/a")));
        assert_eq!(of_path(Path::new(r"\\?\C:\a b")), "file:///C%3A/a%20b");
        assert_eq!(of_path(Path::new(r"\\?\UNC\server\folder")), "file://server/folder");
        assert_eq!(of_path(Path::new("//host/a")), "file://host/a");
    }
}
